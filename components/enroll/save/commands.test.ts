import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Plan } from '#components/enroll/choose/plan.ts'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import type { NetworkForm } from '#lib/network/form-facts.ts'
import type { Network } from '#lib/network/network.ts'
import { commandsFor, folderNote } from './commands.ts'
import { fileBase } from './file-name.ts'
import type { SavedFile } from './saved-files.ts'

const words = enrollWords('en').use
const octets = new Uint8Array()

function plan(form: Plan['form'], place: Plan['place'], base: string): Plan {
  return { form, place, base } as Plan
}

const NETWORKS: readonly Network[] = [
  { name: "Bob's", kind: 'wifi', ssid: 'x', servers: ['r.example'], roots: [] },
  { name: 'Desk', kind: 'wired', ssid: null, servers: ['r.example'], roots: [] },
]

/** The commands beside these files, and the sentence of each. */
const stepsOf = (network: NetworkForm, ...files: [SavedFile['kind'], string][]) => {
  const networks = NETWORKS.map(({ name }) => name)
  return commandsFor({
    plan: { ...plan('p12', 'windows', 'alice'), networks },
    form: 'p12',
    network,
    networks: NETWORKS,
    files: files.map(([kind, ending]) => ({ kind, name: `alice${ending}`, octets })),
    issuerName: 'Test CA',
    words,
  }).map((step) => [step.line, step.parts.join(' ')])
}

const factsOf = (form: Plan['form'], place: Plan['place'], base: string) => {
  const kinds = form === 'p12' ? (['p12'] as const) : (['key', 'certificate', 'chain'] as const)
  const endings = { p12: '.p12', key: '.key.pem', certificate: '.pem', chain: '.chain.pem' }
  const files = kinds.map((kind) => ({ kind, name: `${base}${endings[kind]}`, octets }))
  const facts = { plan: plan(form, place, base), form, files, issuerName: 'Test CA', words }
  return { ...facts, network: null, networks: [] }
}

const linesOf = (...facts: Parameters<typeof factsOf>) =>
  commandsFor(factsOf(...facts)).map((step) => step.parts.join(' '))

test('Windows asks for the password itself', () => {
  expect(linesOf('p12', 'windows', 'ALICE-LT-042')).toEqual([
    'Import-PfxCertificate -FilePath "$HOME\\Downloads\\ALICE-LT-042.p12" -CertStoreLocation ' +
      'Cert:\\CurrentUser\\My -Password (Read-Host -AsSecureString "Password")',
  ])
})

test('separate files can be opened, unlocked and verified', () => {
  expect(linesOf('pem', 'linux', 'alice-ws')).toEqual([
    'openssl pkey -in alice-ws.key.pem -noout',
    'umask 077; openssl pkey -in alice-ws.key.pem -out alice-ws.key.unlocked.pem',
    'openssl verify -CAfile alice-ws.chain.pem alice-ws.pem',
  ])
})

test.each([
  ['p12', 'windows', 'Saved somewhere else? Put that folder in place of $HOME\\Downloads.'],
  ['p12', 'macos', 'Saved somewhere else? Put that folder in place of ~/Downloads.'],
  ['pem', 'linux', 'Run these in the folder where your browser saved the files.'],
  ['p12', 'android', null],
] as const)('%s for %s: what is said of the folder', (form, place, note) => {
  const facts = factsOf(form, place, 'alice')
  expect(folderNote(commandsFor(facts), facts)).toBe(note)
})

test('phones have no command', () => {
  expect(linesOf('p12', 'android', 'phone')).toEqual([])
  expect(linesOf('p12', 'unsure', 'phone')).toEqual([])
})

test('a network comes with its commands, each with its own sentence', () => {
  const [first, root, second, wlan, lan] = stepsOf(
    'windows',
    ['p12', '.p12'],
    ['windows-profile', '.xml'],
    ['windows-profile', '-2.xml'],
    ['windows-root', '.root.cer'],
    ['windows-root', '-2.root.cer'],
  )
  expect(first?.[1]).toContain('Import-PfxCertificate')
  expect(root?.[1]).toBe('certutil -user -addstore Root "$HOME\\Downloads\\alice.root.cer"')
  expect(second?.[0]).toBe(root?.[0])
  expect(wlan).toEqual([
    'Add the network.',
    'netsh wlan add profile filename="$HOME\\Downloads\\alice.xml" user=current',
  ])
  expect(lan?.[1]).toBe('netsh lan add profile filename="$HOME\\Downloads\\alice-2.xml"')

  const linux = stepsOf(
    'network-manager',
    ['p12', '.p12'],
    ['nmconnection', '.nmconnection'],
    ['roots', '.roots.pem'],
  )
  expect(linux.map(([, command]) => command)).toEqual([
    'sudo install -D -m 600 -t /etc/NetworkManager/certificates ~/Downloads/alice.p12 ~/Downloads/alice.roots.pem',
    'sudo install -D -m 600 -t /etc/NetworkManager/system-connections ~/Downloads/alice.nmconnection && sudo nmcli connection reload',
    "nmcli --ask connection up id 'Bob'\\''s'",
    "nmcli --ask connection up id 'Desk'",
  ])

  const server = stepsOf('wpa-supplicant', ['p12', '.p12'], ['wpa-supplicant', '.wired.conf'])
  expect(server[1]?.[1]).toBe(
    'sudo wpa_supplicant -D wired -c /etc/wpa_supplicant/alice.wired.conf -i eth0',
  )
})

test('whatever a device is called, its file is one plain word for a shell', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'$`;&|<>(){}[]*?!~#\'"\\ \n-._ab/') }),
  )
  const property = fc.property(hostile, (name) => {
    const base = fileBase(name)
    expect(base).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    expect(base.length).toBeLessThanOrEqual(63)
  })
  fc.assert(property, { numRuns: 500 })
  const base = fileBase('$(touch /tmp/x) `id`; a&b|c')
  const echoed = execFileSync('sh', ['-c', `echo ${base}`]).toString()
  expect(echoed).toBe(`${base}\n`)
})

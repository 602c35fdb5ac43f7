import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Plan } from '#components/enroll/choose/plan.ts'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import { commandsFor } from './commands.ts'
import { fileBase } from './file-name.ts'

const words = enrollWords('en').use
const octets = new Uint8Array()

function plan(form: Plan['form'], place: Plan['place'], base: string): Plan {
  return { form, place, base } as Plan
}

const linesOf = (form: Plan['form'], place: Plan['place'], base: string) => {
  const kinds = form === 'p12' ? (['p12'] as const) : (['key', 'certificate', 'chain'] as const)
  const endings = { p12: '.p12', key: '.key.pem', certificate: '.pem', chain: '.chain.pem' }
  const files = kinds.map((kind) => ({ kind, name: `${base}${endings[kind]}`, octets }))
  const facts = { plan: plan(form, place, base), form, files, issuerName: 'Test CA', words }
  return commandsFor(facts).map((step) => step.parts.join(' '))
}

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

test('phones have no command', () => {
  expect(linesOf('p12', 'android', 'phone')).toEqual([])
  expect(linesOf('p12', 'any', 'phone')).toEqual([])
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

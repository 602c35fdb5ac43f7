import type { Plan } from '#components/enroll/choose/plan.ts'
import type { Place } from '#components/enroll/places.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import {
  NETWORK_MANAGER_FOLDER,
  type NetworkForm,
  WPA_SUPPLICANT_FOLDER,
} from '#lib/network/form-facts.ts'
import type { Network } from '#lib/network/network.ts'
import type { SavedFile } from './saved-files.ts'

export type CommandStep = {
  readonly line: string
  readonly shell: 'powershell' | 'prompt' | 'terminal'
  /** Parts of a command that are not broken across lines. */
  readonly parts: readonly string[]
}

export type CommandFacts = {
  readonly plan: Plan
  readonly form: Plan['form']
  /** The form of the network settings among the files; null for none. */
  readonly network: NetworkForm | null
  /** All networks that are configured. */
  readonly networks: readonly Network[]
  readonly files: readonly SavedFile[]
  readonly issuerName: string
  readonly words: EnrollWords['use']
}

/**
 * Gives the commands with the real file names. The programs ask for the password; it is never part of a
 * command, which a shell's history would keep. File names are made so that none needs quotes.
 */
export function commandsFor(facts: CommandFacts): readonly CommandStep[] {
  const { plan, form, network, words, issuerName } = facts
  switch (form) {
    case 'pem':
      return pemCommands(facts)
    case 'own':
      return ownCommands(facts)
    case 'p12':
      break
  }
  const commands = network ? networkCommands(network, facts) : placeCommands(plan.place, facts)
  const place = words.places[plan.place]
  const texts = network ? words.networkForms[network] : place
  return lines('command' in texts ? texts.command : [], issuerName, commands)
}

/** What to mind about the folder of the files, which only the browser knows; null where no command names one. */
export function folderNote(
  commands: readonly CommandStep[],
  { form, words }: CommandFacts,
): string | null {
  if (form !== 'p12') return words.inFolder
  const all = commands.flatMap(({ parts }) => parts).join(' ')
  const folder = [WINDOWS_DOWNLOADS, DOWNLOADS].find((one) => all.includes(one))
  return folder === undefined ? null : fill(words.elsewhere, { folder })
}

/** Where browsers save files unless they are told otherwise. */
const DOWNLOADS = '~/Downloads'
const WINDOWS_DOWNLOADS = '$HOME\\Downloads'

/** Shell, parts, and which of the texts it has; by default the one with its own index. */
type Commands = readonly (readonly [CommandStep['shell'], readonly string[], number?])[]

function placeCommands(place: Place, facts: CommandFacts): Commands {
  const file = nameOf(facts, 'p12')
  switch (place) {
    case 'windows':
    case 'windowsOld':
      return [['powershell', importPfx(file)]]
    case 'macos':
      return [['terminal', ['security import', `${DOWNLOADS}/${file}`, '-f pkcs12']]]
    case 'linux':
      return [
        ['terminal', ['pk12util -d sql:$HOME/.pki/nssdb', `-i ${DOWNLOADS}/${file}`]],
        ['terminal', ['openssl pkcs12', `-in ${DOWNLOADS}/${file}`, '-nokeys', '-info']],
      ]
    case 'wpa':
      return [['terminal', forRoot(WPA_SUPPLICANT_FOLDER, file)]]
    default:
      return []
  }
}

function networkCommands(form: NetworkForm, facts: CommandFacts): Commands {
  const { plan, networks } = facts
  switch (form) {
    case 'windows':
      return [
        ['powershell', importPfx(nameOf(facts, 'p12'))],
        ...namesOf(facts, 'windows-root').map(
          (root) =>
            ['powershell', ['certutil -user', '-addstore Root', inDownloads(root)], 1] as const,
        ),
        ...namesOf(facts, 'windows-profile').map((profile, index) => {
          const kind = kindOf(networks, plan.networks[index]) === 'wired' ? 'lan' : 'wlan'
          const user = kind === 'wlan' ? ['user=current'] : []
          const add = [`netsh ${kind} add profile`, `filename=${inDownloads(profile)}`, ...user]
          return ['powershell', add, 2] as const
        }),
      ]
    case 'network-manager': {
      const keys = [nameOf(facts, 'p12'), ...namesOf(facts, 'roots')]
      const connections = namesOf(facts, 'nmconnection')
      return [
        ['terminal', forRoot(NETWORK_MANAGER_FOLDER, ...keys)],
        [
          'terminal',
          [
            ...forRoot('/etc/NetworkManager/system-connections', ...connections),
            '&& sudo nmcli connection reload',
          ],
        ],
        ...plan.networks.map(
          (name) => ['terminal', ['nmcli --ask connection up', `id ${quoted(name)}`], 2] as const,
        ),
      ]
    }
    case 'wpa-supplicant': {
      const settings = namesOf(facts, 'wpa-supplicant')
      return [
        ['terminal', forRoot(WPA_SUPPLICANT_FOLDER, nameOf(facts, 'p12'), ...settings)],
        ...settings.map((name) => {
          const isWired = name.endsWith('.wired.conf')
          const start = [`sudo wpa_supplicant${isWired ? ' -D wired' : ''}`]
          const card = isWired ? '-i eth0' : '-i wlan0'
          return ['terminal', [...start, `-c ${WPA_SUPPLICANT_FOLDER}/${name}`, card], 1] as const
        }),
      ]
    }
    default:
      return []
  }
}

function kindOf(networks: readonly Network[], name: string | undefined): Network['kind'] | null {
  return networks.find((network) => network.name === name)?.kind ?? null
}

function importPfx(file: string): readonly string[] {
  return [
    'Import-PfxCertificate',
    `-FilePath ${inDownloads(file)}`,
    '-CertStoreLocation Cert:\\CurrentUser\\My',
    '-Password (Read-Host -AsSecureString "Password")',
  ]
}

function inDownloads(file: string): string {
  return `"${WINDOWS_DOWNLOADS}\\${file}"`
}

/** Copies files from the downloads folder to where only root reads them. */
function forRoot(folder: string, ...files: readonly string[]): readonly string[] {
  return [
    'sudo install -D -m 600',
    `-t ${folder}`,
    ...files.filter((file) => file !== '').map((file) => `${DOWNLOADS}/${file}`),
  ]
}

/** Quotes a text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function pemCommands(facts: CommandFacts): readonly CommandStep[] {
  const key = nameOf(facts, 'key')
  const unlocked = key.replace(/\.pem$/, '.unlocked.pem')
  return lines(facts.words.files.command, facts.issuerName, [
    ['terminal', ['openssl pkey', `-in ${key}`, '-noout']],
    ['terminal', ['umask 077;', 'openssl pkey', `-in ${key}`, `-out ${unlocked}`]],
    ['terminal', verify(facts)],
  ])
}

function ownCommands(facts: CommandFacts): readonly CommandStep[] {
  const certificate = nameOf(facts, 'certificate')
  return lines(facts.words.own.command, facts.issuerName, [
    ['prompt', ['certreq -accept', certificate]],
    ['terminal', ['ykman piv certificates import', '9a', certificate]],
    ['terminal', verify(facts)],
  ])
}

function verify(facts: CommandFacts): readonly string[] {
  return ['openssl verify', `-CAfile ${nameOf(facts, 'chain')}`, nameOf(facts, 'certificate')]
}

function nameOf(facts: CommandFacts, kind: SavedFile['kind']): string {
  return namesOf(facts, kind)[0] ?? ''
}

function namesOf({ files }: CommandFacts, kind: SavedFile['kind']): readonly string[] {
  return files.filter((file) => file.kind === kind).map(({ name }) => name)
}

function lines(
  texts: readonly string[],
  issuer: string,
  commands: Commands,
): readonly CommandStep[] {
  return commands.map(([shell, parts, text], index) => ({
    line: fill(texts[text ?? index] ?? '', { issuer }),
    shell,
    parts,
  }))
}

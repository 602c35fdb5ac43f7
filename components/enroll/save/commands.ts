import type { Plan } from '#components/enroll/choose/plan.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { SavedFile } from './saved-files.ts'

export type CommandStep = {
  readonly line: string
  readonly shell: 'powershell' | 'prompt' | 'terminal'
  /** Parts of a command that are not broken across lines. */
  readonly parts: readonly string[]
}

type CommandFacts = {
  readonly plan: Plan
  readonly form: Plan['form']
  readonly files: readonly SavedFile[]
  readonly issuerName: string
  readonly words: EnrollWords['use']
}

/**
 * Gives the commands with the real file names. The programs ask for the password; it is never part of a
 * command, which a shell's history would keep. File names are made so that none needs quotes.
 */
export function commandsFor(facts: CommandFacts): readonly CommandStep[] {
  const { plan, form, words, issuerName } = facts
  switch (form) {
    case 'pem':
      return pemCommands(facts)
    case 'own':
      return ownCommands(facts)
    case 'p12':
      break
  }
  const file = nameOf(facts, 'p12')
  switch (plan.place) {
    case 'windows':
      return lines(words.windows.command, issuerName, [['powershell', importPfx(file)]])
    case 'linux':
      return lines(words.linux.command, issuerName, [
        ['terminal', ['pk12util -d sql:$HOME/.pki/nssdb', `-i ~/Downloads/${file}`]],
        ['terminal', ['openssl pkcs12', `-in ~/Downloads/${file}`, '-nokeys', '-info']],
      ])
    default:
      return []
  }
}

function importPfx(file: string): readonly string[] {
  return [
    'Import-PfxCertificate',
    `-FilePath "$HOME\\Downloads\\${file}"`,
    '-CertStoreLocation Cert:\\CurrentUser\\My',
    '-Password (Read-Host -AsSecureString "Password")',
  ]
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

function nameOf({ files }: CommandFacts, kind: SavedFile['kind']): string {
  return files.find((file) => file.kind === kind)?.name ?? ''
}

function lines(
  texts: readonly string[],
  issuer: string,
  commands: readonly (readonly [CommandStep['shell'], readonly string[]])[],
): readonly CommandStep[] {
  return commands.map(([shell, parts], index) => ({
    line: fill(texts[index] ?? '', { issuer }),
    shell,
    parts,
  }))
}

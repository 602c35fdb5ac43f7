import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { find, has } from '#lib/testing/judge.ts'

/**
 * The readers that stand for the systems which take the settings of a network. Each gives what it made of the file,
 * empty when it is not installed, which is told; it throws what the reader has to say against the file.
 */

type Tell = (line: string) => void

const schema = (name: string) => path.join(import.meta.dirname, name)

function run(program: string, args: readonly string[], input?: Uint8Array): string {
  const { status, stdout, stderr, error } = spawnSync(find(program) ?? program, args, {
    input,
    encoding: 'utf8',
  })
  if (error || status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${error ?? ''}${stderr}${stdout}`)
  }
  return stdout + stderr
}

/** A property list: xmllint by our schema, and libplist, which manages iPhones from Linux. */
export function readPlist(file: string, tell?: Tell): void {
  if (has('xmllint', tell)) {
    run('xmllint', ['--nonet', '--noout', '--relaxng', schema('plist.rng'), file])
  }
  // It opens no network and no DTD; the answer is the same list in another form.
  if (has('plistutil', tell)) run('plistutil', ['-i', file, '-f', 'bin', '-o', '/dev/null'])
}

/** The signature of a profile by GnuTLS; OpenSSL gives what was signed. */
export function readSigned(file: string, caFile: string, tell?: Tell): Buffer {
  const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', file, '-CAfile', caFile]
  const { status, stdout, stderr } = spawnSync('openssl', verify)
  if (status !== 0) throw new Error(`openssl cms: ${stderr}`)
  if (has('certtool', tell)) {
    const trust = ['--inder', '--infile', file, '--load-ca-certificate', caFile]
    const said = run('certtool', ['--p7-verify', ...trust])
    if (!said.includes('Signature status: ok')) throw new Error(`certtool: ${said}`)
  }
  return stdout
}

/** A profile for Windows or for geteduroam. */
export function readWindowsProfile(file: string, tell?: Tell): void {
  if (!has('xmllint', tell)) return
  run('xmllint', ['--nonet', '--noout', '--relaxng', schema('windows-profile.rng'), file])
}

export function readEapConfig(file: string, tell?: Tell): void {
  if (!has('xmllint', tell)) return
  run('xmllint', ['--nonet', '--noout', '--schema', schema('eap-metadata.xsd'), file])
}

/** NetworkManager reads and writes again, without a daemon. */
export function readConnection(file: string, tell?: Tell): string {
  if (!has('nmcli', tell)) return ''
  const change = ['--offline', 'connection', 'modify', 'connection.autoconnect', 'yes']
  return run('nmcli', change, readFileSync(file))
}

/** wpa_supplicant reads every line, and ends since there is no such interface. */
export function readWpaSupplicant(file: string, tell?: Tell): string {
  if (!has('wpa_supplicant', tell)) return ''
  const { stdout } = spawnSync(
    find('wpa_supplicant') ?? '',
    ['-D', 'none', '-i', 'latchkey-none', '-c', file, '-dd'],
    { encoding: 'utf8', timeout: 20_000 },
  )
  const wrong = /^(?:Line \d+: (?!- start).*|Failed to read or parse.*|Invalid .*)$/m.exec(stdout)
  if (wrong || !stdout.includes('Priority group')) throw new Error(wrong?.[0] ?? stdout)
  return stdout
}

/** Strict JSON, as ChromeOS reads it, by Python. */
export function readOnc(file: string, tell?: Tell): void {
  if (has('python3', tell)) run('python3', ['-m', 'json.tool', file])
}

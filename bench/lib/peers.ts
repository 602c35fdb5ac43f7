import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import path from 'node:path'

/** Other people's programs to compare with. Each is optional; the README says where they come from. */

const PEERS = {
  cfssl: ['version'],
  'step-ca': ['version'],
  nginx: ['-v'],
  openssl: ['version'],
  ab: ['-V'],
  wrk: ['-v'],
  taskset: ['--version'],
  strace: ['-V'],
} as const satisfies Record<string, readonly string[]>

export type PeerName = keyof typeof PEERS

export type Peer = { readonly path: string; readonly version: string }

/** Finds a program; gives null after reporting on standard error that its part is skipped. */
export function findPeer(name: PeerName): Peer | null {
  const found = which(name)
  if (found === null) {
    console.error(`${name}: skipped: not installed`)
    return null
  }
  const { stdout, stderr } = spawnSync(found, [...PEERS[name]], { encoding: 'utf8', timeout: 5000 })
  const said = /\d+(?:\.\d+)+\w*/.exec(`${stdout}${stderr}`)?.[0]
  return { path: found, version: said ?? ((name === 'step-ca' && goVersion(found)) || 'unknown') }
}

/** What `go install` builds does not know its version, but Go writes the module's into every program. */
function goVersion(file: string): string | null {
  const program = readFileSync(file)
  const at = program.indexOf(STEP_CA_MODULE)
  const found = program.toString('latin1', at, at + STEP_CA_MODULE.length + 20)
  return at === -1 ? null : (/v(\d+(?:\.\d+)+)/.exec(found)?.[1] ?? null)
}

const STEP_CA_MODULE = 'mod\tgithub.com/smallstep/certificates\tv'

function which(name: string): string | null {
  const told = process.env[name.toUpperCase().replace('-', '_')]
  if (told) return isProgram(told) ? told : null
  // Debian installs daemons in folders that are only in root's PATH.
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
  ]
  for (const folder of folders) {
    const file = path.join(folder, name)
    if (isProgram(file)) return file
  }
  return null
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** Other people's programs to compare with. Each is optional; the README has names for `apt install`. */

const PEERS = {
  cfssl: ['version'],
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
  const version = /\d+(?:\.\d+)+\w*/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
  return { path: found, version }
}

function which(name: string): string | null {
  // Debian installs daemons in folders that are only in root's PATH.
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
  ]
  for (const folder of folders) {
    const file = path.join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return null
}

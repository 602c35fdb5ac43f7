import { chmodSync, lstatSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/**
 * Checks which other accounts can read or change a file or folder of ours. Everything that we make is for
 * this account only, so a looser mode was set by somebody else, and others may have read or replaced the
 * content: the start is refused, and the operator decides. Windows has no such modes; there the access list
 * of the data folder protects it.
 */

/** Id of the account that runs this process; null on systems without such ids. */
export type Account = number | null

export const thisAccount = (): Account =>
  process.platform === 'win32' ? null : (process.getuid?.() ?? null)

export type Wanted = {
  readonly is: 'file' | 'folder'
  /** Name of the file or folder in the sentence. */
  readonly called: string
  /** Whether others may read it, as with certificates. Nobody else may change it in any case. */
  readonly public?: boolean
  /** Whether it may be a symbolic link, whose target is checked then. */
  readonly link?: boolean
  /**
   * Whether the group may read a file that root owns: Kubernetes and `root:service 0640` provide secrets that
   * way.
   */
  readonly groupOfRoot?: boolean
}

/**
 * Gives a sentence with its correction when others can read or change it; null when nobody can, or when it
 * does not exist.
 */
export function accessProblem(file: string, wanted: Wanted, account: Account): string | null {
  if (account === null) return null
  const found = look(file)
  // Something of another type in its place is reported by its reader.
  if (found === null || found.is !== wanted.is) return null
  const { called } = wanted
  if (found.isLink && !wanted.link) {
    return `${called} ${file} is a symbolic link, whose target others may exchange. Put the ${wanted.is} itself there.`
  }
  const { uid, mode } = found.stats
  if (uid !== account && uid !== 0) {
    return `${called} ${file} belongs to another account (${uid}), which can change it. Run: chown ${account} ${file}`
  }
  const loose = mode & 0o777 & forbidden(wanted, uid, account)
  if (loose === 0) return null
  const octal = (mode & 0o777).toString(8).padStart(4, '0')
  const right = fixed(wanted)
  const what = loose & 0o022 ? 'changed' : 'read'
  return `${called} ${file} can be ${what} by others (mode ${octal}). Run: chmod ${right.toString(8)} ${file}`
}

/** Sets the mode with which we create it, where that is possible. */
export function makePrivate(file: string, wanted: Wanted, account: Account): void {
  if (accessProblem(file, wanted, account) === null) return
  try {
    chmodSync(file, fixed(wanted))
  } catch {
    // Another owner, or a file system without modes: the caller checks the mode afterwards where it matters.
  }
}

function fixed(wanted: Wanted): number {
  if (wanted.is === 'folder') return 0o700
  return wanted.public ? 0o644 : 0o600
}

/** Gives the mode bits that must not be set. */
function forbidden(wanted: Wanted, owner: number, account: number): number {
  if (wanted.public) return 0o022
  return wanted.groupOfRoot && owner === 0 && account !== 0 ? 0o037 : 0o077
}

type Found = {
  readonly stats: Stats
  readonly is: 'file' | 'folder' | null
  readonly isLink: boolean
}

/** Null when this account cannot see it. */
function look(file: string): Found | null {
  try {
    const isLink = lstatSync(file).isSymbolicLink()
    const stats = statSync(file)
    return { stats, is: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : null, isLink }
  } catch {
    return null
  }
}

/** Whether a container runtime provides the file: mode 0444 and visible in this container only. */
export function isContainerSecret(file: string): boolean {
  return path.resolve(file).startsWith('/run/secrets/')
}

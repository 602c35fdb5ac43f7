import { chmodSync, lstatSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/**
 * Who else may read or change a file or folder of ours. Everything that we make is for this account
 * alone, so a looser mode was set by somebody else, who may have looked in or put something there:
 * that is for the operator to decide and is refused. Windows has no such modes; there the access
 * list of the data folder counts.
 */

/** The account that runs this; null where there are none. */
export type Account = number | null

export const thisAccount = (): Account =>
  process.platform === 'win32' ? null : (process.getuid?.() ?? null)

export type Wanted = {
  readonly is: 'file' | 'folder'
  /** What the sentence calls it. */
  readonly called: string
  /** Whether others may read it, as certificates; nobody else may ever change it. */
  readonly public?: boolean
  /** Whether it may be a symbolic link, whose target counts then. */
  readonly link?: boolean
  /** Whether the group may read what root owns: Kubernetes and `root:service 0640` hand over secrets so. */
  readonly groupOfRoot?: boolean
}

/** Says, with its fix, who else may read or change it; null when nobody, or when it is not there. */
export function accessProblem(file: string, wanted: Wanted, account: Account): string | null {
  if (account === null) return null
  const found = look(file)
  // Something else in its place is told of by whoever reads it.
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

/** Gives it the mode that it has when we make it, where that can be done. */
export function makePrivate(file: string, wanted: Wanted, account: Account): void {
  if (accessProblem(file, wanted, account) === null) return
  try {
    chmodSync(file, fixed(wanted))
  } catch {
    // Not ours, or a file system without modes: whoever calls this asks again where it matters.
  }
}

function fixed(wanted: Wanted): number {
  if (wanted.is === 'folder') return 0o700
  return wanted.public ? 0o644 : 0o600
}

/** The bits that may not be set. */
function forbidden(wanted: Wanted, owner: number, account: number): number {
  if (wanted.public) return 0o022
  return wanted.groupOfRoot && owner === 0 && account !== 0 ? 0o037 : 0o077
}

type Found = {
  readonly stats: Stats
  readonly is: 'file' | 'folder' | null
  readonly isLink: boolean
}

/** Null when there is nothing that this account can look at. */
function look(file: string): Found | null {
  try {
    const isLink = lstatSync(file).isSymbolicLink()
    const stats = statSync(file)
    return { stats, is: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : null, isLink }
  } catch {
    return null
  }
}

/** What a container's runtime hands over, mode 0444 and for this container alone. */
export function isContainerSecret(file: string): boolean {
  return path.resolve(file).startsWith('/run/secrets/')
}

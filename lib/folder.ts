import { accessSync, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder, and those above it that are missing, for this account only. Throws what the
 * system says, ENOTDIR when a file is in the way. Node's own `recursive` never returns where the
 * kernel takes a parent and refuses the child (/proc).
 */
export function ensureFolder(folder: string): void {
  if (existsSync(folder)) {
    // With the sign at its end the name is that of a folder, and of no file.
    accessSync(`${folder}${path.sep}`)
    return
  }
  ensureFolder(path.dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

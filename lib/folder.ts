import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder, and those above it that are missing, for this account only. Throws what Node
 * throws. Node's own `recursive` never returns where the kernel takes a parent and refuses the
 * child (/proc).
 */
export function ensureFolder(folder: string): void {
  if (existsSync(folder)) return
  ensureFolder(path.dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

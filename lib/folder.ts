import { accessSync, existsSync, mkdirSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
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

/** Replaces a file, for this account only: after a loss of power it is the old one or the new one, whole. */
export async function replaceFile(target: string, content: string | Uint8Array): Promise<void> {
  const making = `${target}.making`
  const file = await open(making, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(making, target)
}

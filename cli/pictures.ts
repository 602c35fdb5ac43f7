import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { ROOT } from '#cli/programs.ts'

/**
 * `npm run pictures`: goes through every page in a browser and makes the documents'
 * pictures anew.
 */

const TOURS = ['e2e/tour.spec.ts', 'e2e/reminders.spec.ts']
const PICTURES = path.join(ROOT, 'docs', 'pictures')

const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-pictures-'))
try {
  const run = spawnSync(process.execPath, ['cli/run.js', 'cli/e2e.ts', ...TOURS], {
    cwd: ROOT,
    env: { ...process.env, PICTURES_FOR_DOCS: folder },
    stdio: 'inherit',
  })
  if (run.status === 0) await keep()
  else process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}

/** Puts the run's pictures in the place of those before, as WebP, which is a third of PNG's size. */
async function keep(): Promise<void> {
  rmSync(PICTURES, { recursive: true, force: true })
  mkdirSync(PICTURES)
  for (const name of readdirSync(folder)) {
    const file = path.join(PICTURES, `${path.parse(name).name}.webp`)
    await sharp(path.join(folder, name)).webp({ quality: 85, effort: 6 }).toFile(file)
  }
}

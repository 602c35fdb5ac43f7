import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readDescription as describe } from '#authority/testing/described.ts'
import { startHarness } from '#authority/testing/harness.ts'
import { ROOT } from '#cli/programs.ts'
import { apiPage, errorsPage } from '#cli/reference/pages.ts'
import { readDescription } from '#lib/scripts/description.ts'

/**
 * `npm run reference -- --write`: makes docs/reference/errors.md and api.md anew, from the table of problems, the portal's
 * words, and what a running authority says of itself. Without `--write` it prints them.
 */

const latchkey = await startHarness()
try {
  const pages = {
    'errors.md': errorsPage(),
    'api.md': apiPage(readDescription(await describe(latchkey))),
  }
  for (const [name, text] of Object.entries(pages)) {
    if (process.argv.includes('--write')) {
      writeFileSync(path.join(ROOT, 'docs', 'reference', name), text)
    } else console.log(text)
  }
} finally {
  await latchkey.close()
}

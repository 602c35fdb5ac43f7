import cluster from 'node:cluster'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openLink } from '#authority/workers/link.ts'
import { superviseWorkers } from '#authority/workers/supervisor.ts'
import { readConfig } from '#lib/config.ts'
import { createLog } from '#lib/log.ts'

/**
 * Two workers, of which the second holds its event loop for ever at its first start, or ends before it answers where the
 * data folder has a file `ends`.
 */

const config = readConfig()
if (cluster.isPrimary) {
  const log = createLog('authority', { level: 'info', readable: false })
  const options = { role: 'all', acceptLostLedger: false, silentMaxMs: 1500 } as const
  const supervised = superviseWorkers(config, log, options)
  process.once('SIGTERM', () => void supervised.stop())
  await supervised.start()
} else {
  const link = await openLink()
  const mark = path.join(config.dataDir, 'hung')
  const isFaulty = link?.assignment.number === 2 && !existsSync(mark)
  if (isFaulty) writeFileSync(mark, '')
  if (isFaulty && existsSync(path.join(config.dataDir, 'ends'))) process.exit(1)
  link?.send({ kind: 'ready' })
  link?.listen(({ kind }) => {
    if (kind === 'stop') process.exit(0)
  })
  if (isFaulty) {
    // Not before "ready" has left.
    setTimeout(() => {
      for (;;);
    }, 500)
  }
}

import cluster from 'node:cluster'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openLink } from '#authority/workers/link.ts'
import { superviseWorkers } from '#authority/workers/supervisor.ts'
import { readConfig } from '#lib/config.ts'
import { createLog } from '#lib/log.ts'

/** Two workers, of which the second holds its event loop for ever at its first start. */

const config = readConfig()
if (cluster.isPrimary) {
  const log = createLog('authority', { level: 'info', readable: false })
  const options = { role: 'all', acceptLostLedger: false, silentMaxMs: 1500 } as const
  const supervised = superviseWorkers(config, log, options)
  process.once('SIGTERM', () => void supervised.stop())
  await supervised.start()
} else {
  const link = await openLink()
  link?.send({ kind: 'ready' })
  link?.listen(({ kind }) => {
    if (kind === 'stop') process.exit(0)
  })
  const mark = path.join(config.dataDir, 'hung')
  if (link?.assignment.number === 2 && !existsSync(mark)) {
    writeFileSync(mark, '')
    // Not before "ready" has left.
    setTimeout(() => {
      for (;;);
    }, 500)
  }
}

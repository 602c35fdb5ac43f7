import { openLedger } from '#lib/ledger/open.ts'
import { issueSample } from './samples.ts'

/**
 * A separate process for tests: `worker.ts open URL` opens the ledger and reports; `worker.ts write URL
 * PREFIX` issues without end, several at a time, and prints each serial after its commit.
 */
const LANES = 8
const SERIAL_DIGITS = 8

const [task, url = '', prefix = ''] = process.argv.slice(2)
const ledger = await openLedger(url)
await ledger.selfTest()
if (task === 'open') {
  await ledger.close()
  process.stdout.write('opened\n')
} else {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => write(lane)))
}

async function write(lane: number): Promise<never> {
  for (let count = lane; ; count += LANES) {
    const serial = prefix + count.toString(16).padStart(SERIAL_DIGITS, '0')
    await issueSample(ledger, serial)
    process.stdout.write(`${serial}\n`)
  }
}

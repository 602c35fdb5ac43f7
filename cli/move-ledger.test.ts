import { X509Certificate } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { main as reconcile } from '#cli/reconcile.ts'
import { runCommand, startCommand } from '#cli/testing/run-command.ts'
import { main as verifyAudit } from '#cli/verify-audit.ts'
import { compose } from '#lib/compose.ts'
import { readConfig } from '#lib/config.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { createLog } from '#lib/log.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { main } from './move-ledger.ts'

/** An authority that outgrows its embedded ledger. */

const found = testEngines().find(({ name }) => name === 'postgres')
if (!found) throw new Error('PostgreSQL is one of the engines.')
const postgres = found

const place = mkdtempSync(path.join(tmpdir(), 'latchkey-move-'))
/** The data folder of an authority that was stopped. */
const dataDir = path.join(place, 'data')
const file = path.join(dataDir, 'ledger.sqlite')
let latchkey: Harness
let target: string
const serials: string[] = []

beforeAll(async () => {
  await postgres.start()
  target = await postgres.newDatabase()
  latchkey = await startHarness()
  const token = await latchkey.token('alice')
  for (let count = 0; count < 2; count++) {
    const { der } = makeCsr({ commonName: 'alice@contoso.example' })
    const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
    expect(answer.status, answer.body.toString('latin1')).toBe(200)
    serials.push(new X509Certificate(answer.body).serialNumber.toLowerCase())
  }
  await latchkey.status.publisher.publish()
  cpSync(latchkey.config.dataDir, dataDir, { recursive: true })
})
afterAll(async () => {
  await latchkey.close()
  await postgres.stop()
  rmSync(place, { recursive: true })
})

const here = () => ({ LATCHKEY_DATA: dataDir, LATCHKEY_DATABASE: target })

test('it has to be told where to, and waits until the authority has stopped', async () => {
  expect(await runCommand(main, [], { LATCHKEY_DATA: dataDir })).toMatchObject({
    status: 1,
    stderr: 'Set LATCHKEY_DATABASE to the PostgreSQL database to which the ledger is to move.\n',
  })
  const busy = latchkey.config.database
  expect(await runCommand(main, ['--from', busy], here())).toMatchObject({
    status: 1,
    stderr: `The ledger ${busy.slice('sqlite:'.length)} is in use. Stop the authority first.\n`,
  })
})

test('moved, the authority goes on there, and all sides agree', async () => {
  const moved = await startCommand('move-ledger', [], here())
  expect(moved).toMatchObject({ status: 0, stderr: '' })
  expect(moved.stdout).toMatch(/^certificate +2 {2}[0-9a-f]{64}$/m)
  expect(moved.stdout).toMatch(/^The audit chain ends with record \d+, [0-9a-f]{64}\.$/m)

  const log = createLog('authority', { level: 'silent', readable: false })
  const composed = await compose(readConfig(here()), log)
  expect(await composed.authority.ledger.certificatesBySerial(serials)).toHaveLength(2)
  await composed.close()
  const agreed = await runCommand(reconcile, ['--offline'], here())
  expect(agreed).toMatchObject({ status: 0, stdout: expect.stringContaining('All sides agree: 2') })
  expect(await runCommand(verifyAudit, [], here())).toMatchObject({ status: 0 })
})

test('the file of before is refused', async () => {
  const log = createLog('authority', { level: 'silent', readable: false })
  await expect(compose(readConfig({ LATCHKEY_DATA: dataDir }), log)).rejects.toThrow(
    /^This ledger was moved to PostgreSQL at .* Set LATCHKEY_DATABASE to where it is now\.$/,
  )
  expect(await runCommand(main, ['--from', file], here())).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('This ledger was moved to PostgreSQL at '),
  })
})

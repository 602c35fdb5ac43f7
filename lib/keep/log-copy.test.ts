import { hash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { issueSample, NOW, sampleIntent } from '#lib/ledger/testing/samples.ts'
import { copyLog } from './log-copy.ts'

/** The log ends with the moment of the saved ledger, whatever was signed before and after it. */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-log-'))
const log = path.join(folder, 'signatures.log')
let saved: Ledger
let count = 0

beforeAll(async () => {
  saved = await openLedger('sqlite::memory:')
  for (const serial of ['01', '02']) await issueSample(saved, serial)
  await saved.nextCrlNumber('a'.repeat(64), 7)
})
afterAll(async () => {
  await saved.close()
  rmSync(folder, { recursive: true })
})

const common = { at: NOW.toISOString(), issuer: 'a'.repeat(64) }

function certificate(serial: string): string {
  const { tbsHash } = sampleIntent(serial)
  return JSON.stringify({ ...common, what: 'certificate', serial, notAfter: null, tbs: tbsHash })
}

function crl(number: number): string {
  return JSON.stringify({ ...common, what: 'crl', number, tbs: hash('sha256', `${number}`, 'hex') })
}

/** Groups as the signer writes them: each begins and ends with a line end. */
async function copied(before: readonly string[], later: string): Promise<string> {
  writeFileSync(log, before.map((line) => `\n${line}\n`).join(''))
  const { size } = statSync(log)
  appendFileSync(log, later)
  const to = path.join(folder, `copy-${++count}`)
  await copyLog(log, to, saved, size)
  const text = readFileSync(to, 'utf8')
  expect(readFileSync(log, 'utf8').startsWith(text)).toBe(true)
  return text
}

const FIRST = [certificate('01')]
const START = `\n${certificate('01')}\n`

test.each([
  ['nothing', '', START],
  [
    'what the ledger has',
    `\n${certificate('02')}\n${crl(7)}\n`,
    `${START}\n${certificate('02')}\n${crl(7)}\n`,
  ],
  [
    'a certificate that it has not',
    `\n${certificate('02')}\n${certificate('03')}\n${crl(7)}\n`,
    `${START}\n${certificate('02')}\n`,
  ],
  ['a later CRL', `\n${crl(8)}\n${certificate('02')}\n`, `${START}\n`],
  [
    'half a line',
    `\n${certificate('02')}\n${certificate('03').slice(0, 40)}`,
    `${START}\n${certificate('02')}\n`,
  ],
])('with %s signed meanwhile', async (_, later, wanted) => {
  expect(await copied(FIRST, later)).toBe(wanted)
})

test('what was signed before and is not in the ledger stays, to be found out', async () => {
  expect(await copied([certificate('04')], `\n${certificate('02')}\n`)).toBe(
    `\n${certificate('04')}\n\n${certificate('02')}\n`,
  )
})

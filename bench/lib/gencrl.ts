import { spawnSync } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toPem } from '#lib/pki/asn1/pem.ts'

const DAY_MS = 86_400_000

export type Gencrl = {
  readonly folder: string
  readonly key: KeyObject
  readonly certificate: Uint8Array
  readonly serials: readonly string[]
  readonly now: Date
}

/**
 * Writes the files that `openssl ca` needs for a CRL of these serials; gives the function that makes the CRL.
 */
export function prepareGencrl(program: string, { folder, key, certificate, serials, now }: Gencrl) {
  const file = (name: string) => path.join(folder, name)
  const stamp = (at: Date) => `${at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`
  const dates = `${stamp(new Date(now.getTime() + 300 * DAY_MS))}\t${stamp(now)},superseded`
  const lines = serials.map(
    (serial, at) => `R\t${dates}\t${serial.toUpperCase()}\tunknown\t/CN=${at}\n`,
  )
  writeFileSync(file('index.txt'), lines.join(''))
  writeFileSync(file('crlnumber'), '01\n')
  writeFileSync(file('ca.pem'), toPem('CERTIFICATE', certificate))
  writeFileSync(file('ca.key'), key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  const settings = {
    database: file('index.txt'),
    crlnumber: file('crlnumber'),
    certificate: file('ca.pem'),
    private_key: file('ca.key'),
    default_md: 'sha256',
    default_crl_days: '1',
    unique_subject: 'no',
  }
  const config = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  writeFileSync(file('ca.cnf'), `[ca]\ndefault_ca = bench\n[bench]\n${config.join('')}`)
  return (): void => {
    const args = ['ca', '-config', file('ca.cnf'), '-gencrl', '-out', file('crl.pem')]
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl ca made no list: ${stderr}`)
  }
}

import { fromHex, toHex } from '#lib/pki/asn1/bytes.ts'
import { type Csr, parseCsr } from '#lib/pki/csr/csr.ts'
import { decodeRequest } from '#lib/pki/csr/request-body.ts'
import type { Draft } from './findings.ts'
import { attempt, keyNameOf, nameOf } from './read-certificate.ts'
import { type SecondRequest, secondRequest } from './second-opinion.ts'

/** Judges a request (PKCS#10) by both readers. */
export async function judgeRequest(draft: Draft, der: Uint8Array): Promise<void> {
  const ours = attempt(() => parseCsr(der))
  const second = attempt(() => secondRequest(der))
  if (!second) {
    draft.add('damaged')
    return
  }
  const name = nameOf(fromHex(second.subject))
  draft.contents.push({ kind: 'request', name, key: keyNameOf(fromHex(second.spki)) })
  draft.add('request')
  if (!ours) draft.add('oneReader', { name })
  const fields = ours ? differences(ours, second) : []
  if (fields.length > 0) draft.add('readersDiffer', { name, fields: fields.join(', ') })
  if ((await second.isSigned()) === false) draft.add('requestBroken')
}

/**
 * Names the fields that our reader and @peculiar/x509 read differently in a request, given in whatever encoding the
 * authority takes; empty where they agree, or
 * where one of them refuses it.
 */
export function requestDifferences(body: Uint8Array): readonly string[] {
  const der = attempt(() => decodeRequest(body))
  if (!der) return []
  const ours = attempt(() => parseCsr(der))
  const second = attempt(() => secondRequest(der))
  return ours && second ? differences(ours, second) : []
}

function differences(ours: Csr, second: SecondRequest): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['subject', ours.commonName, second.commonName],
    ['key', toHex(ours.key.spki), second.spki],
    [
      'names',
      ours.subjectAltName.map(({ kind, value }) => `${kind}:${value}`).join(),
      second.names.join(),
    ],
  ]
  return pairs.filter(([, one, other]) => one !== other).map(([field]) => field)
}

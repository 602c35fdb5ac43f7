import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { ownRecord } from './own-record.ts'

/**
 * Sets what the requester calls one of their own certificates, such as "my phone", since those are not bound
 * to a device and look alike. The text stands in no certificate and in no audit event.
 */
export async function setLabel(
  authority: Authority,
  requester: Requester,
  serial: string,
  label: string | null,
): Promise<void> {
  const { holder, owner } = await ownRecord(authority, requester, serial)
  if (holder.kind !== 'user') {
    throw new LatchkeyError('policy_violation', 'Only a certificate for a person has a label.', {
      rule: 'label',
      remedy: 'A device is called what the directory calls it.',
    })
  }
  const facts = { given: label !== null }
  const event = auditEvent(authority, 'certificate.labelled', requester.oid, serial, facts)
  if (await authority.ledger.setLabel(serial, owner, label, event)) return
  throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
}

import { LatchkeyError } from '#lib/errors.ts'
import { confirmationUsed } from '#lib/issuance/confirmation.ts'
import type { BeginResult } from '#lib/ledger/ledger.ts'
import type { RequestSource } from '#lib/model.ts'

/** Why the ledger refused an intent. */
export type Taken = Exclude<BeginResult, { kind: 'answered' | 'serial_taken' | 'reserved' }>

/** Gives the error that the requester reads for such a refusal. */
export function takenError(begun: Taken, source: RequestSource, now: Date): LatchkeyError {
  switch (begun.kind) {
    case 'key_bound':
      return new LatchkeyError('key_already_bound', 'This key is in use by somebody else.', {
        rule: 'key',
        remedy: 'Make a new key; a private key belongs to one holder.',
      })
    case 'key_blocked':
      return new LatchkeyError('weak_key', 'This key was reported as known to others.', {
        rule: 'key',
        remedy: 'Make a new key; this one is blocked for ever.',
      })
    case 'device_lost':
      return deviceLost()
    case 'replaced_revoked_or_held':
      if (source === 'api') {
        return notRenewable('The certificate to renew is revoked or on hold.')
      }
      return new LatchkeyError(
        'client_cert_invalid',
        'The client certificate was stopped meanwhile.',
        {
          rule: 'client_certificate',
          remedy: 'Enrol anew with your account.',
        },
      )
    case 'confirmation_used':
      return confirmationUsed()
    case 'quota_exceeded':
      return new LatchkeyError('quota_exceeded', 'You got too many certificates in this hour.', {
        retryAfterSeconds: 3600,
        remedy: 'Wait an hour, or ask IT to raise the limit.',
      })
    case 'in_progress':
      return new LatchkeyError('in_progress', 'The same request is being answered right now.', {
        retryAfterSeconds: secondsToWait(now.getTime() - begun.since.getTime()),
        remedy: 'Send the same request again in a moment; you get the same certificate.',
      })
  }
}

const WAIT_MAX_SECONDS = 30

/**
 * As long as it has lasted already: what is really being answered is over by then, and what a process that died
 * left behind is voided within minutes.
 */
function secondsToWait(ageMs: number): number {
  return Math.min(WAIT_MAX_SECONDS, Math.max(1, Math.ceil(ageMs / 1000)))
}

/** The error for a device that is reported lost: nothing is issued for it meanwhile. */
export function deviceLost(): LatchkeyError {
  return new LatchkeyError('device_lost', 'This device is reported lost.', {
    rule: 'device_lost',
    remedy:
      'If you have it again, withdraw the report on the page of its certificate, then try again.',
  })
}

/** The error for a certificate whose place no new one can take. */
export function notRenewable(message: string): LatchkeyError {
  return new LatchkeyError('not_renewable', message, {
    rule: 'replaces',
    remedy: 'Get a new certificate without renewing this one.',
  })
}

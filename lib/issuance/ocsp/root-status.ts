import { parentUrlsAt } from '#lib/pki/certificate/own-root.ts'
import { type CertId, isIssuedBy } from '#lib/pki/ocsp/ocsp.ts'
import { ocspError } from '#lib/pki/ocsp/ocsp-response.ts'
import type { RootReading } from '#lib/pki/ocsp/root-status.ts'
import type { OcspAnswer } from './ocsp.ts'

/**
 * A problem with the root's CRL. Without a valid one, every relying party that checks the whole chain refuses
 * every certificate.
 */
export type RootWarning = {
  /** `ending`: nextUpdate is near; `down`: there is no valid CRL. */
  readonly state: 'ending' | 'down'
  /** One sentence for the log and for `npm run reconcile`. */
  readonly sentence: string
}

/** Milliseconds by which two correct clocks may differ. */
const SLACK_MS = 300_000
const DAY_MS = 86_400_000
/**
 * When to warn before nextUpdate: enough time to fetch a key from a safe. For a short validity, its last
 * third.
 */
const RENEW_BEFORE_MS = 30 * DAY_MS
const RENEW_BEFORE_SHARE = 1 / 3

const RENEW = 'Sign a new one with the root key: npm run init-ca -- --root-crl'

/** Gives all problems with the root's CRL and responses, present and near; empty when there are none. */
export function rootWarnings(
  reading: RootReading | null,
  statusUrl: string,
  now: Date,
): readonly RootWarning[] {
  if (reading === null) return []
  const { root, status, problem } = reading
  const warnings: RootWarning[] = []
  if (problem !== null) warnings.push(down(`${problem} ${RENEW}.`))
  if (root.urls.crl !== parentUrlsAt(statusUrl).crl) {
    warnings.push(
      down(
        `Relying parties ask for the root CRL at ${root.urls.crl}, which stands in the CA’s ` +
          `certificate, and LATCHKEY_STATUS_URL is ${statusUrl} now: set it back.`,
      ),
    )
  }
  if (status === null) return warnings
  const { thisUpdate, nextUpdate, revoked } = status
  if (revoked) {
    const since = inWords(revoked.at)
    warnings.push(
      down(
        `The root revoked this CA at ${since} (${revoked.reason ?? 'unspecified'}): make a new CA.`,
      ),
    )
  }
  if (thisUpdate.getTime() > now.getTime() + SLACK_MS) {
    const start = inWords(thisUpdate)
    warnings.push(down(`The root CRL is from the future, ${start}: a clock is wrong. ${RENEW}.`))
  }
  const leftMs = nextUpdate.getTime() - now.getTime()
  const lifeMs = nextUpdate.getTime() - thisUpdate.getTime()
  if (leftMs <= 0) {
    warnings.push(down(`The root CRL ran out at ${inWords(nextUpdate)}. ${RENEW}.`))
  } else if (leftMs < Math.min(RENEW_BEFORE_MS, lifeMs * RENEW_BEFORE_SHARE)) {
    warnings.push({
      state: 'ending',
      sentence: `The root CRL ends at ${inWords(nextUpdate)}. ${RENEW}.`,
    })
  }
  return warnings
}

function down(sentence: string): RootWarning {
  return { state: 'down', sentence }
}

/** Gives a time to the second. */
function inWords(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}

/**
 * Gives the OCSP response that the root signed in advance; null for a certificate that is not about an own
 * root. One CertID at a time, since two responses cannot be merged without the key. A nonce is not repeated:
 * RFC 9654 section 2.1 permits responses without it when they are signed in advance.
 */
export function rootAnswer(
  reading: RootReading | null,
  certIds: readonly CertId[],
  now: Date,
): OcspAnswer | null {
  const [asked, ...more] = certIds
  if (reading === null || !asked || more.length > 0) return null
  const { root, status } = reading
  if (!isIssuedBy(asked, root) || asked.serial !== root.issuingSerial) return null
  const found = status?.answers.find(({ certId }) => certId.hash === asked.hash)
  if (!status || !found || status.nextUpdate <= now) return OUT_OF_TIME
  const { thisUpdate, nextUpdate } = status
  return {
    kind: 'response',
    der: found.der,
    producedAt: found.producedAt,
    thisUpdate,
    nextUpdate,
    // An http cache would keep the response until nextUpdate, which may be a year away.
    isCacheable: false,
    status: status.revoked ? 'revoked' : 'good',
  }
}

const OUT_OF_TIME: OcspAnswer = {
  kind: 'error',
  der: ocspError('tryLater'),
  error: 'tryLater',
  cause: 'the root signed no answer that is still in its time',
}

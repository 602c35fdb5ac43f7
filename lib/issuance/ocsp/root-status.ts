import { parentUrlsAt } from '#lib/pki/certificate/own-root.ts'
import { type CertId, isIssuedBy } from '#lib/pki/ocsp/ocsp.ts'
import { ocspError } from '#lib/pki/ocsp/ocsp-response.ts'
import type { RootReading } from '#lib/pki/ocsp/root-status.ts'
import type { OcspAnswer } from './ocsp.ts'

/**
 * What an operator must know of the root CRL. Without one that is in its time every relying party
 * that checks the whole chain refuses every certificate.
 */
export type RootWarning = {
  /** `ending` still has time; `down` is a fault already. */
  readonly state: 'ending' | 'down'
  /** In words, for the log and for `npm run reconcile`. */
  readonly sentence: string
}

/** Two clocks that are both right differ by less. */
const SLACK_MS = 300_000
const DAY_MS = 86_400_000
/** Enough for a key that lies in a safe; of a short list its last third. */
const RENEW_BEFORE_MS = 30 * DAY_MS
const RENEW_BEFORE_SHARE = 1 / 3

const RENEW = 'Sign a new one with the root key: npm run init-ca -- --root-crl'

/** Everything that is wrong with the root's word, or will soon be; empty when nothing is. */
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

/** To the second. */
function inWords(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}

/**
 * Gives the OCSP answer that the root signed ahead; null for what is not about a root of ours. One
 * certificate at a time, since two answers cannot be joined without the key. A nonce is not
 * repeated: RFC 9654 section 2.1 leaves it out of answers that are made ahead.
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
    // A cache on the way would keep it for as long as it is good, which may be a year.
    isCacheable: false,
    isUnknown: false,
  }
}

const OUT_OF_TIME: OcspAnswer = {
  kind: 'error',
  der: ocspError('tryLater'),
  error: 'tryLater',
  cause: 'the root signed no answer that is still in its time',
}

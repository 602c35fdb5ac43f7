import type { CheckResult } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { Requester } from '#lib/model.ts'
import type { Check } from '#lib/policy/policy.ts'
import { evaluate, type Request, readRequest } from './evaluate.ts'
import { altNameOf, subjectTextOf, validityOf } from './intent.ts'

/**
 * Makes the same decision as enroll() without issuing anything: gives each rule with passed or failed and a
 * sentence on what to do. Throws only when no decision can be made, as when the directory does not answer or
 * the body is no CSR.
 */
export async function checkRequest(
  authority: Authority,
  requester: Requester,
  csrDer: Uint8Array,
): Promise<CheckResult> {
  const read = tryRead(authority, requester, csrDer)
  if ('refused' in read) return refusedBy([read.refused])
  const { request } = read
  const { context, decision } = await evaluate(authority, requester, request.requested)
  const checks = [READABLE, ...decision.checks]
  if (!decision.allow) return refusedBy(checks)
  const { content } = decision
  const issuance = {
    requester,
    request,
    context,
    content,
    source: 'api',
    renews: null,
    confirmation: null,
  } as const
  return {
    allowed: true,
    subject: subjectTextOf(content),
    subjectAltName: altNameOf(content),
    notAfter: validityOf(authority, issuance).notAfter.toISOString(),
    checks,
  }
}

function refusedBy(checks: Check[]): CheckResult {
  return { allowed: false, subject: null, subjectAltName: null, notAfter: null, checks }
}

const READABLE: Check = {
  rule: 'request',
  passed: true,
  message: 'The request is readable, its key is accepted and it is signed by that key.',
  remedy: null,
}

/** Refusals of the reading steps become a failed check; failures stay errors. */
function tryRead(
  authority: Authority,
  requester: Requester,
  csrDer: Uint8Array,
): { request: Request } | { refused: Check } {
  try {
    return { request: readRequest(authority, requester, csrDer) }
  } catch (error) {
    if (!(error instanceof LatchkeyError) || error.code === 'missing_role') throw error
    if (error.code === 'app_only_not_allowed') throw error
    const { message, remedy } = error
    return { refused: { rule: error.rule ?? error.code, passed: false, message, remedy } }
  }
}

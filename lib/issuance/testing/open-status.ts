import type { Authority } from '#lib/issuance/authority.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { answerCache } from '#lib/issuance/ocsp/answer-cache.ts'
import {
  type Asked,
  answerOcsp,
  type KnownAnswer,
  type OcspState,
} from '#lib/issuance/ocsp/ocsp.ts'
import { makeResponder, type Responder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { underWay } from '#lib/issuance/ocsp/under-way.ts'
import type { Requester } from '#lib/model.ts'
import type { OcspStatus } from '#lib/pki/ocsp/ocsp-response.ts'
import { type OcspResponse, readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { requester } from '#lib/policy/testing/context.ts'
import { type Asking, ocspRequest } from './ocsp-asker.ts'
import { testAuthority } from './test-authority.ts'

const SETTINGS = { goodSeconds: 600, holdSeconds: 300 }
/** Responses that may be in the making during overload. */
export const MAKING_MAX = 64

/** A test authority with a responder, and questions to it as a relying party asks them. */
export async function openStatus(change: Partial<Authority> = {}) {
  const made = await testAuthority(change)
  const { authority } = made
  const held = { responder: null as Responder | null, busy: false, versions: 0 }
  held.responder = await makeResponder(authority)
  const state: OcspState = {
    settings: SETTINGS,
    cache: answerCache<KnownAnswer>(100),
    readings: answerCache<Asked>(100),
    responder: () => held.responder,
    statusVersion: () => {
      held.versions += 1
      return authority.ledger.statusVersion()
    },
    isBusy: () => held.busy,
    making: underWay(),
    makingMax: MAKING_MAX,
    rootAnswer: () => null,
  }
  const answer = (serials: readonly string[], asking: Asking = {}) =>
    answerOcsp(authority, state, ocspRequest(authority.issuer, serials, asking))
  const read = async (serials: readonly string[], asking: Asking = {}): Promise<OcspResponse> => {
    const found = readOcspResponse((await answer(serials, asking)).der)
    if (typeof found === 'number') throw new Error(`The answer is an error: ${found}.`)
    return found
  }
  return {
    ...made,
    held,
    state,
    answer,
    read,
    ask: async (serial: string, asking: Asking = {}): Promise<OcspStatus | undefined> =>
      (await read([serial], asking)).responses[0]?.status,
    issue: async (wish: object, who: Requester = requester) =>
      (await enroll(authority, who, makeCsr({ key: 'ec-p256', ...wish }).der, 'api')).serial,
  }
}

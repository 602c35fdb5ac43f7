import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { REQUEST_ID_HEADER } from '#lib/api/request-id.ts'
import type { CertificateView, DevicesView, MeView, PropagationView } from '#lib/api/schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import type { Session } from '#lib/auth/session.ts'
import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'
import { rememberDevices, rememberedDevices } from './last-devices.ts'

/** The authority's answer or its error, so that a page can show the rest. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode }

export type Loaded = {
  readonly me: Answer<MeView>
  readonly devices: Answer<DevicesView>
  /** The list of `devices`, or the one of before while there is none now; null when there never was one. */
  readonly lastDevices: DevicesView | null
  readonly certificates: Answer<readonly CertificateView[]>
  readonly propagation: Answer<PropagationView>
}

/** Loads the data of the home page and the devices page, in parallel and once for each request. */
export const load = cache(async (session: Session): Promise<Loaded> => {
  const authority = authorityOf(session)
  const [me, devices, certificates, propagation] = await Promise.all([
    answer(authority.me()),
    answer(authority.devices()),
    answer(allCertificates(session)),
    answer(authority.propagation()),
  ])
  if (devices.ok) rememberDevices(session.requester, devices.value)
  const lastDevices = devices.ok ? devices.value : rememberedDevices(session.requester)
  return { me, devices, lastDevices, certificates, propagation }
})

/**
 * Gives the answer or the error as a value. A session that the authority refuses is redirected to sign-in.
 */
export async function answer<T>(asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await asked }
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error
    if (error.code === 'invalid_token') redirect('/signin?ended=1')
    const id = (await headers()).get(REQUEST_ID_HEADER)
    portal().log.warn({ id, error }, 'the authority said no')
    return { ok: false, code: error.code }
  }
}

/** Far more pages than anyone has; an endless list must not block the page. */
const PAGES_MAX = 10

/** Newest first. */
export async function allCertificates(session: Session): Promise<readonly CertificateView[]> {
  const authority = authorityOf(session)
  const all: CertificateView[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES_MAX; page++) {
    const { items, next } = await authority.certificates(after)
    all.push(...items)
    if (next === null) break
    after = next
  }
  return all
}

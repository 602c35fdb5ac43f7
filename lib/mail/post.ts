import type { Mailbox } from '#lib/model.ts'

/** How reminders leave: what issuance asks of a mail server. */
export type Post = {
  /** Connects and signs in. Throws PostError when that fails, so that nothing was begun. */
  readonly open: () => Promise<PostSession>
}

export type PostSession = {
  readonly deliver: (letter: Letter) => Promise<Delivery>
  readonly close: () => void
}

/**
 * `taken`: the server answers for it now. `refused`: it never will. `later`: it may, when it is asked again.
 * `unsure`: the whole mail was on its way when the connection broke.
 */
export type Delivery = 'taken' | 'refused' | 'later' | 'unsure'

/** One reminder, as facts; its words are the post's matter. */
export type Letter = {
  readonly to: Mailbox
  /** One holder's, the first to end first; at least one. */
  readonly certificates: readonly EndingCertificate[]
  /** The secret in its links. */
  readonly token: string
  readonly now: Date
}

export type EndingCertificate = {
  readonly serial: string
  readonly profile: 'device' | 'user'
  /** For people: of the device, or what the person calls their own certificate; null where they do not. */
  readonly name: string | null
  /** By which the portal knows the holder: `me`, or an id of the device. */
  readonly holder: string
  readonly notAfter: Date
  readonly isHeld: boolean
}

/** What went wrong with a mail server, without an address and without what it said, which may name one. */
export class PostError extends Error {
  override readonly name = 'PostError'
  readonly code: string
  readonly status: number | null

  constructor(code: string, status: number | null) {
    super(`The mail server failed: ${code}${status === null ? '' : ` ${status}`}.`)
    this.code = code
    this.status = status
  }
}

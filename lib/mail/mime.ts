import MailComposer from 'nodemailer/lib/mail-composer'
import type { Mail } from './reminder-mail.ts'

/** A mail in the form of RFC 5322, and from whom to whom it goes. */
export type MimeMail = {
  readonly envelope: { readonly from: string; readonly to: string[] }
  readonly octets: Buffer
}

/** Encodes a mail. Reads no file and no address, whatever the mail names. */
export async function toMime({ headers, to, ...mail }: Mail): Promise<MimeMail> {
  // All of them are ASCII and shorter than 998 octets. A fold before an address is read wrongly by some.
  const prepared = Object.entries(headers).map(([key, value]) => ({
    key,
    value: { prepared: true, value },
  }))
  const node = new MailComposer({
    ...{ ...mail, to: { ...to }, headers: prepared },
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  const { from, to: recipients } = node.getEnvelope()
  if (!from || recipients.length !== 1) throw new Error('The mail has no sender or no recipient.')
  return { envelope: { from, to: recipients }, octets: await node.build() }
}

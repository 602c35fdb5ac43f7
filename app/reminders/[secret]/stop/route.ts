import { authorityForAnyone } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import { LatchkeyError } from '#lib/errors.ts'

type Props = { readonly params: Promise<{ readonly secret: string }> }

const OCTETS_MAX = 1024

/**
 * Ends the reminders of a mail: by one click in a mail program (RFC 8058), which sends
 * `List-Unsubscribe=One-Click` and reads no page, or by the form of the page, which may take it back.
 */
export async function POST(request: Request, { params }: Props): Promise<Response> {
  const { secret } = await params
  if (Number(request.headers.get('content-length') ?? OCTETS_MAX + 1) > OCTETS_MAX) {
    return new Response(null, { status: 413 })
  }
  const form = await request.formData().catch(() => null)
  if (!form) return new Response(null, { status: 400 })
  const isOneClick = form.get('List-Unsubscribe') === 'One-Click'
  const wanted = form.get('stopped')
  if (!isOneClick && wanted === null) return new Response(null, { status: 400 })
  try {
    await authorityForAnyone().stopReminder(secret, isOneClick || wanted === 'true')
  } catch (error) {
    const isUnknown = error instanceof LatchkeyError && error.code === 'not_found'
    return new Response(null, { status: isUnknown ? 404 : 503 })
  }
  return isOneClick ? new Response(null, { status: 200 }) : toPage(secret)
}

/** Who follows the address of the one click gets the page that asks. */
export async function GET(_: Request, { params }: Props): Promise<Response> {
  return toPage((await params).secret)
}

function toPage(secret: string): Response {
  const page = new URL(`/reminders/${encodeURIComponent(secret)}`, portal().config.portalUrl)
  return new Response(null, { status: 303, headers: { Location: page.href } })
}

import { authorityForAnyone } from '#lib/auth/authority-client.ts'
import { LatchkeyError } from '#lib/errors.ts'

type Props = { readonly params: Promise<{ readonly file: string }> }

/** A person's calendar, for whoever has its secret address: calendar programs cannot sign in. */
export async function GET(_: Request, { params }: Props): Promise<Response> {
  const secret = /^([\w-]{32})\.ics$/.exec((await params).file)?.[1]
  if (secret === undefined) return new Response(null, { status: 404 })
  try {
    return new Response(await authorityForAnyone().calendarFile(secret), {
      headers: {
        'Content-Type': 'text/calendar; charset=utf-8',
        'Content-Disposition': 'inline; filename="certificates.ics"',
      },
    })
  } catch (error) {
    // 404 ends a subscription in some programs, so only an address of nobody gets it.
    const isUnknown = error instanceof LatchkeyError && error.code === 'not_found'
    return new Response(null, { status: isUnknown ? 404 : 503 })
  }
}

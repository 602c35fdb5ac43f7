import type { Metadata } from 'next'
import Link from 'next/link'
import { load } from '#app/(signed-in)/load.ts'
import { QrCode } from '#components/enroll/phone/qr-code.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { portal } from '#lib/auth/portal.ts'
import { requireSession } from '#lib/auth/session.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { enrollId } from '#lib/overview.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.phone.title }
}

type PhoneProps = { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }

/** The address of the enrol page as a code, to open it on the device that shall get the certificate. */
/** Of whoever opens the address, as in `npm start`. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

export default async function PhonePage({ searchParams }: PhoneProps) {
  const session = await requireSession()
  const { for: asked } = await searchParams
  const { words } = await currentReader()
  const { phone } = words
  const { lastDevices } = await load(session)
  const device = lastDevices?.items.find((one) => enrollId(one) === asked)
  const path = `/enroll?for=${device ? enrollId(device) : 'me'}`
  const url = new URL(path, portal().config.portalUrl).href
  return (
    <div className="wrap stack max-w-[640px] gap-5.5">
      <div>
        <PageHeading>{phone.title}</PageHeading>
        <p className="lede mt-1.5">
          {device ? fill(phone.lede, { name: device.displayName }) : phone.ledeSelf}
        </p>
      </div>
      {LOOPBACK.has(new URL(url).hostname) && (
        <Note tone="info" title={phone.loopback}>
          {phone.loopbackMore}
        </Note>
      )}
      <div className="card pad flex flex-col items-center gap-4 text-center">
        <QrCode text={url} label={fill(phone.code, { url })} />
        <p className="small mute max-w-[52ch]">{phone.more}</p>
        <div>
          <p className="small mute">{phone.address}</p>
          <p className="wrap-anywhere font-medium" translate="no">
            {url}
          </p>
        </div>
        <CopyButton
          text={url}
          label={phone.copy}
          done={phone.copied}
          variant="secondary"
          size="small"
        />
      </div>
      <p>
        <Link href={path} prefetch={false}>
          {phone.back}
        </Link>
      </p>
    </div>
  )
}

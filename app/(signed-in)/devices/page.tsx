import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { Suspense } from 'react'
import { Live } from '#app/(signed-in)/live.tsx'
import { load } from '#app/(signed-in)/load.ts'
import { DeviceCard } from '#components/certificates/device-card.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { portal } from '#lib/auth/portal.ts'
import { requireSession, type Session } from '#lib/auth/session.ts'
import { formatMoment, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { deviceInHand, devicesInOrder, enrollId, overviewOf } from '#lib/overview.ts'
import { systemOfBrowser } from '#lib/system.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.devices.title }
}

export default async function DevicesPage() {
  const session = await requireSession()
  const { reader, words } = await currentReader()
  return (
    <div className="wrap stack gap-5.5">
      <div>
        <PageHeading>{words.devices.title}</PageHeading>
        <p className="lede mt-1.5">{words.devices.lede}</p>
      </div>
      <Suspense fallback={<Skeleton label={words.common.loading} rows={2} shape="card" />}>
        <DeviceList session={session} reader={reader} words={words} />
      </Suspense>
    </div>
  )
}

type DeviceListProps = {
  readonly session: Session
  readonly reader: Reader
  readonly words: Dictionary
}

async function DeviceList({ session, reader, words }: DeviceListProps) {
  const { devices, certificates } = await load(session)
  if (!devices.ok) return <Silent code={devices.code} words={words} />
  const { items, readAt } = devices.value
  const inHand = deviceInHand(items, systemOfBrowser((await headers()).get('user-agent') ?? ''))
  const overview = overviewOf(certificates.ok ? certificates.value : [], items, reader.now)
  return (
    <>
      {items.length === 0 ? (
        <EmptyState sentence={`${words.devices.empty} ${words.devices.emptyMore}`} action={null} />
      ) : (
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,420px),1fr))] gap-4">
          {devicesInOrder(items, inHand).map((device) => (
            <DeviceCard
              key={enrollId(device)}
              device={device}
              inHand={device === inHand}
              row={
                overview.current.find(
                  (row) => row.kind === 'certificate' && row.device === device,
                ) ?? null
              }
              tenant={portal().config.tenantName}
              upn={session.upn}
              reader={reader}
              words={words}
            />
          ))}
        </div>
      )}
      <div className="row small faint">
        {fill(words.devices.read, {
          time: formatMoment(reader, new Date(readAt), words.common),
        })}
        <RefreshButton label={words.devices.readAgain} variant="ghost" />
      </div>
      {certificates.ok && <Live certificates={certificates.value} devices={items} words={words} />}
    </>
  )
}

function Silent({ code, words }: { readonly code: string; readonly words: Dictionary }) {
  const { home, common } = words
  const isAuthority = code === 'authority_unavailable'
  return (
    <Note
      tone="info"
      title={isAuthority ? home.authoritySilent : home.directorySilent}
      actions={<RefreshButton label={common.tryAgain} automatic />}
    >
      {home.authoritySilentMore}
    </Note>
  )
}

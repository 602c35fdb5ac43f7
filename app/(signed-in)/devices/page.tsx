import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Live } from '#app/(signed-in)/live.tsx'
import { load } from '#app/(signed-in)/load.ts'
import { systemHere } from '#app/system-here.ts'
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
import { onPhone } from '#lib/system.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.devices.title }
}

type DevicesProps = {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function DevicesPage({ searchParams }: DevicesProps) {
  const session = await requireSession()
  const { for: asked } = await searchParams
  const { reader, words } = await currentReader()
  return (
    <div className="wrap stack gap-5.5">
      <div>
        <PageHeading>{words.devices.title}</PageHeading>
        <p className="lede mt-1.5">{words.devices.lede}</p>
      </div>
      <Suspense fallback={<Skeleton label={words.common.loading} rows={2} shape="card" />}>
        <DeviceList
          session={session}
          asked={typeof asked === 'string' ? asked : null}
          reader={reader}
          words={words}
        />
      </Suspense>
    </div>
  )
}

type DeviceListProps = {
  readonly session: Session
  /** The device for which the reader came here, by the id in the address. */
  readonly asked: string | null
  readonly reader: Reader
  readonly words: Dictionary
}

async function DeviceList({ session, asked, reader, words }: DeviceListProps) {
  const { me, devices, lastDevices, certificates } = await load(session)
  const silent = devices.ok ? null : <Silent code={devices.code} words={words} />
  if (!lastDevices) return silent
  const { items, readAt } = lastDevices
  const system = await systemHere()
  const inHand = deviceInHand(items, system)
  const overview = overviewOf(certificates.ok ? certificates.value : [], items, reader.now)
  const time = formatMoment(reader, new Date(readAt), words.common)
  return (
    <>
      {silent}
      {items.length === 0 ? (
        <EmptyState sentence={`${words.devices.empty} ${words.devices.emptyMore}`} action={null} />
      ) : (
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,420px),1fr))] gap-4">
          {devicesInOrder(items, inHand, asked).map((device) => (
            <DeviceCard
              key={enrollId(device)}
              device={device}
              inHand={device === inHand}
              row={overview.current.find((row) => row.device === device) ?? null}
              isAskedFor={enrollId(device) === asked}
              isStale={!devices.ok}
              onPhone={onPhone(device, system)}
              forSelf={me.ok && me.value.possible}
              help={portal().brand.help}
              tenant={portal().config.tenantName}
              upn={session.upn}
              person={session.requester.name ?? session.upn ?? ''}
              reader={reader}
              words={words}
            />
          ))}
        </div>
      )}
      <div className="row small faint">
        {fill(devices.ok ? words.devices.read : words.devices.stale, { time })}
        {devices.ok && <RefreshButton label={words.devices.readAgain} variant="ghost" />}
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

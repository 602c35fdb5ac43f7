import { systemHere } from '#app/system-here.ts'
import { Keyring } from '#components/certificates/keyring.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Note } from '#components/ui/note.tsx'
import type { Session } from '#lib/auth/session.ts'
import type { Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import { deviceInHand, enrollId, isReportedLost, type Overview, overviewOf } from '#lib/overview.ts'
import { HomeNote } from './home-note.tsx'
import { Live } from './live.tsx'
import { type Loaded, load } from './load.ts'
import { LostCard } from './lost-card.tsx'

type HomeBodyProps = {
  readonly session: Session
  readonly mayEnroll: boolean
  readonly reader: Reader
  readonly words: Dictionary
}

/** Certificates that need attention, then all others; without any, the reason and what to do. */
export async function HomeBody({ session, mayEnroll, reader, words }: HomeBodyProps) {
  const loaded = await load(session)
  const { certificates, devices, lastDevices, propagation } = loaded
  if (!certificates.ok) return <Silent words={words} />

  const known = lastDevices?.items ?? []
  const overview = overviewOf(certificates.value, known, reader.now)
  const hasCertificates = certificates.value.length > 0
  return (
    <>
      <HomeNote
        loaded={loaded}
        overview={overview}
        session={session}
        mayEnroll={mayEnroll}
        reader={reader}
        words={words}
      />
      {hasCertificates || overview.current.some(isReportedLost) ? (
        <div className="card">
          <Keyring rows={overview.current} mayEnroll={mayEnroll} reader={reader} words={words} />
          {overview.older.length > 0 && (
            <Disclosure title={plural(overview.older.length, words.home.older)}>
              <Keyring rows={overview.older} mayEnroll={false} reader={reader} words={words} />
            </Disclosure>
          )}
        </div>
      ) : (
        <NoneYet loaded={loaded} overview={overview} words={words} />
      )}
      {propagation.ok && (
        <LostCard
          overview={overview}
          devices={devices.ok ? devices.value.items : null}
          propagation={propagation.value}
          words={words}
        />
      )}
      <Live certificates={certificates.value} devices={known} words={words} />
    </>
  )
}

function Silent({ words }: { readonly words: Dictionary }) {
  return (
    <Note
      tone="info"
      title={words.home.authoritySilent}
      actions={<RefreshButton label={words.common.tryAgain} automatic />}
    >
      {words.home.authoritySilentMore}
    </Note>
  )
}

type NoneYetProps = {
  readonly loaded: Loaded
  readonly overview: Overview
  readonly words: Dictionary
}

async function NoneYet({ loaded, overview, words }: NoneYetProps) {
  const { home, common } = words
  const ready = overview.current.flatMap(({ device }) => device ?? [])
  const inHand = deviceInHand(ready, await systemHere())
  const device = inHand ?? ready[0]
  if (device) {
    return (
      <EmptyState
        sentence={fill(home.emptyReady, { device: device.displayName })}
        action={
          <ButtonLink href={`/enroll?for=${enrollId(device)}`} variant="primary">
            {common.getCertificate}
          </ButtonLink>
        }
      />
    )
  }
  const forSelf = loaded.me.ok && loaded.me.value.possible
  const hasDevices = loaded.devices.ok && loaded.devices.value.items.length > 0
  const devicesLink = <ButtonLink href="/devices">{home.seeDevices}</ButtonLink>
  if (!forSelf) {
    return <EmptyState sentence={home.emptyNothing} action={hasDevices ? devicesLink : null} />
  }
  return (
    <EmptyState
      sentence={hasDevices ? home.emptyNotReady : home.emptyNoDevices}
      action={
        <>
          <ButtonLink href="/enroll?for=me" variant="primary">
            {home.getMine}
          </ButtonLink>
          {hasDevices && devicesLink}
        </>
      }
    />
  )
}

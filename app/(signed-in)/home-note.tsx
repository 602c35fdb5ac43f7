import { RenamedNote } from '#components/certificates/renamed-note.tsx'
import { AskIt } from '#components/shell/ask-it.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Note } from '#components/ui/note.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { portal } from '#lib/auth/portal.ts'
import type { Session } from '#lib/auth/session.ts'
import { daysLeft, formatDate, formatMoment, formatSpan, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import {
  type CertificateRow,
  type DeviceRow,
  enrollPath,
  groupsOf,
  isRenewable,
  isReportedLost,
  type Overview,
  olderNameIn,
  successorOf,
} from '#lib/overview.ts'
import { lostUntil, returnSeconds } from '#lib/propagation.ts'
import { reasonOf } from '#lib/reasons.ts'
import type { Loaded } from './load.ts'

type HomeNoteProps = {
  readonly loaded: Loaded
  readonly overview: Overview
  readonly session: Session
  readonly mayEnroll: boolean
  readonly reader: Reader
  readonly words: Dictionary
}

/** Days before the end of a certificate from which the note mentions it even without other news. */
const URGENT_DAYS = 3

/** One note about the most urgent thing, or nothing. */
export function HomeNote(props: HomeNoteProps) {
  const { loaded, overview, session, mayEnroll, words } = props
  const { home, common } = words
  const { me, devices } = loaded
  if (me.ok && me.value.user && !me.value.user.enabled) return <AccountOff {...props} />
  if (me.ok && me.value.refusal?.code === 'guest_not_allowed') {
    const { tenantName } = portal().config
    return (
      <Note tone="bad" title={home.guest}>
        {fill(home.guestMore, { tenant: tenantName })}
      </Note>
    )
  }
  if (!me.ok || !devices.ok) {
    return (
      <Note
        tone="info"
        title={home.directorySilent}
        actions={<RefreshButton label={common.tryAgain} />}
      >
        {hasUnknown(overview) ? home.directorySilentLong : home.directorySilentMore}
      </Note>
    )
  }
  const lost = groupsOf(overview.current.filter(isReportedLost)).map(([row]) => row)
  if (lost.length > 0) return <Lost {...props} rows={lost} />
  const certificates = overview.current.flatMap((row) =>
    row.kind === 'certificate' ? [row.certificate] : [],
  )
  const needy = overview.current.flatMap((row) =>
    row.kind === 'certificate' && needsYou(row, certificates, props.reader) ? [row] : [],
  )
  const [first] = needy
  if (needy.length > 1) {
    return (
      <Note tone="hold" title={plural(needy.length, home.manyTitle)}>
        {home.manyMore}
      </Note>
    )
  }
  if (first?.displayStatus === 'hold') return <OnHold {...props} row={first} />
  if (first) return <Ending {...props} row={first} />
  const upn = me.value.user?.upn ?? null
  const own = certificates.filter(({ profile }) => profile === 'user')
  const older = own.map((certificate) => olderNameIn(certificate, upn))
  const old = older.includes(null) ? undefined : older[0]
  if (upn !== null && old != null) {
    return <RenamedNote old={old} upn={upn} mayEnroll={mayEnroll} words={words.certificate} />
  }
  if (mayEnroll || session.requester.roles.includes('CSR.SelfService')) return null
  return (
    <Note tone="info" title={home.roleTitle}>
      {home.roleMore}
    </Note>
  )
}

function hasUnknown({ current }: Overview): boolean {
  return current.some((row) => row.kind === 'certificate' && row.displayStatus === 'unknown')
}

function needsYou(
  row: CertificateRow,
  certificates: readonly CertificateView[],
  reader: Reader,
): boolean {
  if (row.displayStatus === 'hold') return true
  if (successorOf(row.certificate.serial, certificates)) return false
  const left = daysLeft(reader, new Date(row.certificate.notAfter))
  return row.displayStatus === 'soon' && left <= URGENT_DAYS
}

function AccountOff({ loaded, overview, session, reader, words }: HomeNoteProps) {
  const { home, common } = words
  const name = session.requester.name ?? ''
  const held = overview.current.find(
    (row) =>
      row.kind === 'certificate' &&
      (row.certificate.status.reason === 'account_disabled' ||
        row.certificate.status.reason === 'owner_disabled'),
  )
  const since = held?.kind === 'certificate' ? held.certificate.status.since : null
  const areAllHeld = loaded.me.ok && loaded.me.value.policy.deviceFollowsOwner
  const title = since
    ? fill(areAllHeld ? home.accountOffSinceAll : home.accountOffSince, {
        time: formatMoment(reader, new Date(since), common),
      })
    : home.accountOff
  const { propagation } = loaded
  return (
    <Note
      tone="bad"
      title={title}
      actions={
        <AskIt
          message={fill(home.accountMessage, { upn: session.upn ?? '', name })}
          copy={common.copyForIt}
          help={portal().brand.help}
          words={common}
          size="small"
        />
      }
    >
      {since !== null &&
        propagation.ok &&
        fill(areAllHeld ? home.accountOffMoreAll : home.accountOffMore, {
          span: formatSpan(returnSeconds(propagation.value), common),
        })}
    </Note>
  )
}

type LostProps = HomeNoteProps & { readonly rows: readonly (CertificateRow | DeviceRow)[] }

/** What is reported lost, and until when that can be undone. */
function Lost({ rows, loaded, reader, words }: LostProps) {
  const { home, devices } = words
  const [row, further] = rows
  const since = row ? lostSince(row) : null
  const { propagation } = loaded
  const until = since !== null && propagation.ok ? lostUntil(since, propagation.value) : null
  const isSelf = row?.kind === 'certificate' && row.certificate.profile === 'user'
  const title = isSelf ? home.lostNoteSelf : fill(home.lostNote, { name: row?.name ?? '' })
  const deadline =
    until === null || further
      ? []
      : until > reader.now
        ? [fill(home.lostUntil, { time: formatMoment(reader, until, words.common) })]
        : [home.lostOver]
  return (
    <Note
      tone="bad"
      icon="alert"
      title={further ? plural(rows.length, home.lostNoteMany) : title}
      actions={
        row?.kind === 'certificate' && !further ? (
          <ButtonLink href={`/certificates/${row.certificate.serial}`} size="small">
            {home.seeWhatToDo}
          </ButtonLink>
        ) : (
          <ButtonLink href="/devices" size="small">
            {devices.title}
          </ButtonLink>
        )
      }
    >
      {row?.kind === 'device' && !further
        ? words.problems.refusals.device_lost
        : [home.lostMoreStands, ...deadline].join(' ')}
    </Note>
  )
}

/** Since when certificates are on hold because of this report; null for a device without any. */
function lostSince(row: CertificateRow | DeviceRow): Date | null {
  if (row.kind === 'device') return null
  const since = row.device?.reportedLost?.at ?? row.certificate.status.since
  return since === null ? null : new Date(since)
}

type RowNoteProps = HomeNoteProps & { readonly row: CertificateRow }

function OnHold({ row, loaded, session, reader, words }: RowNoteProps) {
  const { me, propagation } = loaded
  const policy = me.ok ? me.value.policy : null
  return (
    <Note
      tone="hold"
      icon="pause"
      title={fill(words.home.holdTitle, { name: row.name })}
      actions={
        <ButtonLink href={`/certificates/${row.certificate.serial}`} size="small">
          {words.home.seeWhatToDo}
        </ButtonLink>
      }
    >
      {propagation.ok &&
        reasonOf(
          row.certificate,
          { policy, propagation: propagation.value, upn: session.upn },
          reader,
          words,
        )}
    </Note>
  )
}

function Ending({ row, mayEnroll, reader, words }: RowNoteProps) {
  const date = formatDate(reader, new Date(row.certificate.notAfter), 'long')
  return (
    <Note
      tone="soon"
      title={fill(words.home.soonTitle, { name: row.name, date })}
      actions={
        mayEnroll &&
        isRenewable(row.certificate) && (
          <ButtonLink href={enrollPath(row, 'renew')} size="small">
            {words.home.renew}
          </ButtonLink>
        )
      }
    >
      {words.home.soonMore}
    </Note>
  )
}

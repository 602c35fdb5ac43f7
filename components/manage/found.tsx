import { StatusPill } from '#components/ui/status-pill.tsx'
import type { ManagedCertificate } from '#lib/api/manage-schemas.ts'
import type { PropagationView } from '#lib/api/schemas.ts'
import { formatDate, formatMoment, formatSerial, formatSpan, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { stopSeconds } from '#lib/propagation.ts'
import { Matched } from './matched.tsx'
import { StopAny } from './stop-any.tsx'

type FoundProps = {
  readonly items: readonly ManagedCertificate[]
  /** What was searched for, marked where a row begins with it. */
  readonly search: string
  readonly propagation: PropagationView
  readonly reader: Reader
  readonly words: Dictionary
}

/** Search results, one certificate a row. */
export function Found({ items, search, propagation, reader, words }: FoundProps) {
  return (
    <ul className="card grid grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_auto] gap-x-5.5 max-phone:grid-cols-[minmax(0,1fr)]">
      {items.map((item) => {
        const state = stateOf(item, reader.now)
        const name = nameOf(item)
        const isOpen = state === 'good' || state === 'hold'
        return (
          <li
            key={item.serialNumber}
            className="col-span-full grid grid-cols-subgrid items-start gap-x-5.5 gap-y-2.5 border-line px-5.5 py-4 wrap-anywhere not-first:border-t max-phone:grid-cols-[minmax(0,1fr)] max-phone:px-4"
          >
            <div className="min-w-0">
              <h2 id={`of-${item.serialNumber}`} tabIndex={-1}>
                <Matched text={name} search={search} />
              </h2>
              <Whose item={item} search={search} words={words} />
            </div>
            <div className="min-w-0">
              <StatusPill status={state} words={words.common.status} />
              <p className="small mute mt-1">{sentenceOf(item, state, reader, words)}</p>
              <p className="small faint">
                {fill(words.manage.issued, {
                  date: formatDate(reader, new Date(item.issuanceDate), 'long'),
                })}
              </p>
            </div>
            <div>
              <StopAny
                serial={item.serialNumber}
                name={name}
                isOpen={isOpen}
                isHeld={state === 'hold' && item.revokedBy !== BY_DIRECTORY}
                span={formatSpan(stopSeconds(propagation), words.common)}
                words={words.manage}
              />
            </div>
          </li>
        )
      })}
    </ul>
  )
}

/** The name by which people know it; ids stand below. */
function nameOf({ names, upn, subject }: ManagedCertificate): string {
  return names?.holder || upn || commonName(subject)
}

function commonName(subject: string): string {
  return subject.replace(/^CN=/, '')
}

type WhoseProps = {
  readonly item: ManagedCertificate
  readonly search: string
  readonly words: Dictionary
}

/** Whose it is, and every text by which it can be found. */
function Whose({ item, search, words: { manage, certificate } }: WhoseProps) {
  const { names, upn, subject, sans, serialNumber, certificateType } = item
  const account = upn ?? names?.requester ?? null
  // "UPN:" and its like are how SCEPman writes the kinds; people know the values.
  const others = sans
    .split(', ')
    .map((san) => san.replace(/^(?:UPN|DNS|URI:IntuneDeviceId:\/\/|URI):?/i, ''))
  const ids = new Map([
    [commonName(subject), certificate.subject],
    ...others.map((san) => [san, certificate.boundTo] as const),
  ])
  for (const shown of [nameOf(item), account, '']) ids.delete(shown ?? '')
  return (
    <>
      <p className="small mute">
        {manage.kinds[certificateType]}
        {account !== null && (
          <>
            {' · '}
            <Matched text={account} search={search} />
          </>
        )}
      </p>
      {names?.label && <p className="small">{names.label}</p>}
      {[...ids].map(([id, kind]) => (
        <p key={id} className="small mono mute">
          {kind} <Matched text={id} search={search} />
        </p>
      ))}
      <p className="small mono mute text-balance">
        {manage.serial} <Matched text={formatSerial(serialNumber.toLowerCase())} search={search} />
      </p>
    </>
  )
}

/** The value of `by` for what the directory did. */
const BY_DIRECTORY = 'directory'
/** certificateHold of RFC 5280 section 5.3.1. */
const HOLD = 6

type State = 'good' | 'hold' | 'revoked' | 'expired'

function stateOf(item: ManagedCertificate, now: Date): State {
  if (item.revocationDate !== null) return item.revocationReason === HOLD ? 'hold' : 'revoked'
  return Date.parse(item.expirationDate) < now.getTime() ? 'expired' : 'good'
}

function sentenceOf(
  item: ManagedCertificate,
  state: State,
  reader: Reader,
  { common, manage }: Dictionary,
): string {
  const ends = formatDate(reader, new Date(item.expirationDate), 'long')
  if (state === 'good') return fill(manage.until, { date: ends })
  if (state === 'expired') return fill(manage.ended, { date: ends })
  const by = item.revokedBy
  const cause = causeOf(item, manage)
  const text = state === 'hold' && cause !== null ? manage.stopped.holdFor : manage.stopped[state]
  return fill(text, {
    time: formatMoment(reader, new Date(item.revocationDate ?? item.expirationDate), common),
    who: by === null || by === BY_DIRECTORY ? manage.directory : by,
    why:
      cause ?? (by === BY_DIRECTORY ? manage.whyDirectory : whyOf(item.revocationReason, manage)),
  })
}

/** Null where the reason code says as much. */
function causeOf({ cause }: ManagedCertificate, { causes }: Dictionary['manage']): string | null {
  return Object.entries(causes).find(([name]) => name === cause)?.[1] ?? null
}

function whyOf(number: number | null, { why }: Dictionary['manage']): string {
  return Object.entries(why).find(([code]) => code === String(number))?.[1] ?? why['0']
}

import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { answer } from '#app/(signed-in)/load.ts'
import { CircuitBreakerRelease } from '#components/manage/circuit-breaker-release.tsx'
import { Found } from '#components/manage/found.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import type { SearchParameters } from '#lib/api/client.ts'
import type { CircuitBreakerView } from '#lib/api/manage-schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { requireSession } from '#lib/auth/session.ts'
import { formatMoment, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.manage.title }
}

type Query = Readonly<Record<string, string | string[] | undefined>>
type AdminProps = { readonly searchParams: Promise<Query> }

export default async function AdminPage({ searchParams }: AdminProps) {
  const session = await requireSession()
  // To everyone else there is no such page; the authority asks for the role again.
  if (!session.requester.roles.includes('Manage.All')) notFound()
  const { reader, words } = await currentReader()
  const wanted = wantedOf(await searchParams)
  const authority = authorityOf(session)
  const [found, propagation, breaker] = await Promise.all([
    answer(authority.search(wanted)),
    answer(authority.propagation()),
    answer(authority.circuitBreaker()),
  ])
  const { manage, common } = words
  return (
    <div className="wrap stack gap-5.5">
      <div>
        <PageHeading>{manage.title}</PageHeading>
        <p className="lede mt-1.5">{manage.lede}</p>
      </div>
      {breaker.ok && breaker.value.brake !== null && (
        <CircuitBreaker state={breaker.value.brake} reader={reader} words={words} />
      )}
      {/* A new form for a new search, since fields keep what was typed into them. */}
      <SearchForm key={pathFor(wanted, null)} wanted={wanted} words={manage} />
      {(!found.ok || !propagation.ok) && (
        <Note
          tone="info"
          title={manage.silent}
          actions={<RefreshButton label={common.tryAgain} automatic />}
        />
      )}
      {found.ok && found.value.items.length === 0 && (
        <EmptyState
          sentence={manage.none}
          action={<ButtonLink href="/admin">{manage.all}</ButtonLink>}
        />
      )}
      {found.ok && propagation.ok && found.value.items.length > 0 && (
        <Found
          items={found.value.items}
          search={wanted.searchText ?? ''}
          propagation={propagation.value}
          reader={reader}
          words={words}
        />
      )}
      <div className="row">
        {wanted.continuationToken && (
          <ButtonLink href={pathFor(wanted, null)}>{manage.first}</ButtonLink>
        )}
        {found.ok && found.value.continuationToken !== null && (
          <ButtonLink href={pathFor(wanted, found.value.continuationToken)}>
            {manage.next}
          </ButtonLink>
        )}
      </div>
    </div>
  )
}

const STATES = ['Any', 'Active', 'Held', 'Revoked', 'Expired'] as const
const TYPES = ['Any', 'User', 'Device', 'Static'] as const
const PAGE_SIZE = 25

function wantedOf(query: Query): SearchParameters {
  const text = (name: string) => {
    const value = query[name]
    return typeof value === 'string' ? value.trim() : ''
  }
  const search = text('q').slice(0, 256)
  const after = text('after')
  return {
    ...(search !== '' && { searchText: search }),
    certValidity: STATES.find((state) => state === text('state')) ?? 'Any',
    certType: TYPES.find((type) => type === text('type')) ?? 'Any',
    ...(/^[0-9a-f]{1,40}$/.test(after) && { continuationToken: after }),
    pageSize: PAGE_SIZE,
    names: true,
  }
}

function pathFor(wanted: SearchParameters, after: string | null): string {
  const { searchText = '', certValidity = 'Any', certType = 'Any' } = wanted
  const query = { q: searchText, state: certValidity, type: certType }
  return `/admin?${new URLSearchParams({ ...query, ...(after !== null && { after }) })}`
}

type SearchFormProps = {
  readonly wanted: SearchParameters
  readonly words: Dictionary['manage']
}

const FIELD =
  'grid min-w-0 gap-1 text-small leading-[1.4] font-[550] text-ink2 [font-feature-settings:normal]'
const CONTROL =
  'min-h-10 w-full rounded-control border border-edge bg-surface px-3 py-1.5 text-control font-normal text-ink'

/** A plain form: what was asked for stands in the address. */
function SearchForm({ wanted, words }: SearchFormProps) {
  return (
    <search>
      <form className="row items-end gap-4" action="/admin">
        <label className={`${FIELD} grow`}>
          {words.searchLabel}
          <input
            className={CONTROL}
            name="q"
            defaultValue={wanted.searchText ?? ''}
            maxLength={256}
          />
        </label>
        <label className={FIELD}>
          {words.stateLabel}
          <select className={CONTROL} name="state" defaultValue={wanted.certValidity ?? 'Any'}>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {words.states[state]}
              </option>
            ))}
          </select>
        </label>
        <label className={FIELD}>
          {words.typeLabel}
          <select className={CONTROL} name="type" defaultValue={wanted.certType ?? 'Any'}>
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {words.types[type]}
              </option>
            ))}
          </select>
        </label>
        <Button type="submit" variant="primary">
          {words.search}
        </Button>
      </form>
    </search>
  )
}

type CircuitBreakerProps = {
  readonly state: NonNullable<CircuitBreakerView['brake']>
  readonly reader: Reader
  readonly words: Dictionary
}

function CircuitBreaker({ state, reader, words: { common, manage } }: CircuitBreakerProps) {
  const { circuitBreaker } = manage
  const moment = (time: string) => formatMoment(reader, new Date(time), common)
  const { engagedAt, releasedAt, changes, bound } = state
  if (releasedAt !== null) {
    return (
      <Note tone="info" title={circuitBreaker.title}>
        {fill(circuitBreaker.released, { time: moment(releasedAt) })}
      </Note>
    )
  }
  return (
    <Note
      tone="bad"
      title={circuitBreaker.title}
      actions={<CircuitBreakerRelease words={manage} />}
    >
      {fill(circuitBreaker.on, { time: moment(engagedAt), changes, bound })}
    </Note>
  )
}

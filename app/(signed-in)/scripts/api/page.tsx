import type { Metadata } from 'next'
import Link from 'next/link'
import { OperationCard } from '#components/scripts/operation-card.tsx'
import { Line } from '#components/scripts/script-panel.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { portal } from '#lib/auth/portal.ts'
import { requireSession } from '#lib/auth/session.ts'
import { type ScriptsWords, scriptsWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import {
  azTokenLine,
  deviceCodeLine,
  deviceTokenLine,
  requestLine,
  sandboxTokenLine,
  trustLine,
} from '#lib/scripts/curl.ts'
import { type Operation, readDescription } from '#lib/scripts/description.ts'
import { addressesOf } from '#lib/scripts/fill-script.ts'

export async function generateMetadata(): Promise<Metadata> {
  const { reader } = await currentReader()
  return { title: scriptsWords(reader.language).api.title }
}

export default async function ApiPage() {
  const { upn } = await requireSession()
  const { reader, words: dictionary } = await currentReader()
  const words = scriptsWords(reader.language)
  const operations = await description()
  const { authorityUrl } = portal().config
  return (
    <div className="wrap stack gap-5.5">
      <nav className="small" aria-label={dictionary.common.youAreHere}>
        <Link href="/scripts" className="inline-flex min-h-6 items-center" prefetch={false}>
          {words.api.back}
        </Link>{' '}
        <span className="faint">/ {words.api.title}</span>
      </nav>
      <div>
        <PageHeading>{words.api.title}</PageHeading>
        <p className="lede mt-1.5">
          {fill(words.api.lede, { url: `${authorityUrl}/openapi.json` })}
        </p>
      </div>
      <Before upn={upn ?? ''} words={words} />
      {operations ? (
        SHOWN.map((name) => (
          <section key={name} className="card" aria-labelledby={`group-${name}`}>
            <h2 id={`group-${name}`} className="px-5.5 pt-5 pb-3">
              {words.api.groups[name]}
            </h2>
            {operations
              .filter((operation) => GROUPS.find((group) => group.has(operation))?.name === name)
              .map((operation) => (
                <OperationCard
                  key={operation.id}
                  operation={operation}
                  url={authorityUrl}
                  words={words}
                />
              ))}
          </section>
        ))
      ) : (
        <Note
          tone="info"
          title={words.api.silent}
          actions={<RefreshButton label={dictionary.common.tryAgain} automatic />}
        />
      )}
    </div>
  )
}

type Group = {
  readonly name: keyof ScriptsWords['api']['groups']
  readonly has: (operation: Operation) => boolean
}

/** An operation belongs to the first matching group. */
const GROUPS: readonly Group[] = [
  { name: 'manage', has: ({ path }) => path.startsWith('/api/manage/') },
  { name: 'me', has: ({ path }) => path.startsWith('/api/me') },
  { name: 'public', has: ({ access }) => access === 'public' },
  { name: 'enrol', has: () => true },
]

/** In the order of what most readers need. */
const SHOWN = ['enrol', 'me', 'manage', 'public'] as const

const TIMEOUT_MS = 5_000

/** The authority's API description; null when it does not answer, or not with a readable one. */
async function description(): Promise<readonly Operation[] | null> {
  const { config, log } = portal()
  try {
    const response = await fetch(new URL('/openapi.json', config.authorityInternalUrl), {
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return readDescription(await response.json())
  } catch (error) {
    log.warn({ error }, 'the authority did not describe itself')
    return null
  }
}

function Before({ upn, words }: { readonly upn: string; readonly words: ScriptsWords }) {
  const { config } = portal()
  const addresses = addressesOf(config)
  const { api } = words
  const lines = [
    ...(config.sandbox
      ? [
          { title: api.trust, parts: trustLine() },
          { title: api.withSandbox, parts: sandboxTokenLine(addresses, upn) },
        ]
      : [{ title: api.withAz, parts: azTokenLine(addresses) }]),
    { title: api.withCode, parts: deviceCodeLine(addresses) },
    { title: api.withCodeThen, parts: deviceTokenLine(addresses) },
    { title: `${words.steps.request}:`, parts: requestLine(upn) },
  ]
  return (
    <section className="card pad" aria-labelledby="before">
      <h2 id="before">{api.before}</h2>
      <p className="small mute mt-1">{api.beforeMore}</p>
      {lines.map(({ title, parts }) => (
        <div key={title} className="mt-3">
          <p className="small mute">{title}</p>
          <Line parts={parts} words={words} />
        </div>
      ))}
    </section>
  )
}

import type { ErrorCode } from '#lib/errors.ts'
import { problems } from '#lib/i18n/en.ts'
import { fill } from '#lib/i18n/fill.ts'
import { PROBLEMS } from '#lib/problem.ts'
import type { Content, Operation } from '#lib/scripts/description.ts'
import { WHAT_TO_DO } from './what-to-do.ts'

/** The pages of docs/reference/ that are made from the code. */

const MADE = '<!-- Made by `npm run reference -- --write`. -->'

/** docs/reference/errors.md: every problem code. */
export function errorsPage(): string {
  const codes = Object.entries(PROBLEMS) as [ErrorCode, (typeof PROBLEMS)[ErrorCode]][]
  const rows = codes.map(([code, { status, number, title }]) => [
    `\`${code}\``,
    String(status),
    String(number),
    title,
    whatToDo(code),
  ])
  return page(
    'Errors',
    'Every refusal of the authority is a problem document (RFC 9457, `application/problem+json`):',
    [
      '| member | meaning |',
      '| --- | --- |',
      '| `status`, `code`, `title` | as below. A code never changes its meaning |',
      '| `detail` | what happened, in a sentence that may be shown to the requester |',
      '| `rule` | the rule of the policy that refused, where one did |',
      '| `remedy` | what to do about this very request, where that is known: more exact than the table below |',
      '| `retryAfterSeconds` | as the header `Retry-After`: send the same request again after so long, and it is not issued twice |',
      '| `errorMessage`, `errorCode` | the same sentence and the number below, as SCEPman’s management clients read them |',
    ].join('\n'),
    table(['code', 'status', 'number', 'title', 'what to do'], rows),
    'OCSP has words of its own (RFC 6960): `tryLater` where nothing certain is known, `unauthorized` for another CA’s certificates,\n' +
      '`malformedRequest` for what is none.',
  )
}

function whatToDo(code: ErrorCode): string {
  const ofPortal: Readonly<Partial<Record<ErrorCode, string>>> = problems.refusals
  const own: Readonly<Partial<Record<ErrorCode, string>>> = WHAT_TO_DO
  return fill(own[code] ?? ofPortal[code] ?? '', { tenant: 'The organisation' })
}

/** docs/reference/api.md: every route of the authority's description. */
export function apiPage(operations: readonly Operation[]): string {
  const everywhere = common(operations)
  const withToken = common(operations.filter(({ access }) => access === 'token'))
  const groups = GROUPS.map(({ title, text, has }, index) => {
    const mine = operations.filter(
      (one) => GROUPS.findIndex((group) => group.has(one)) === index && has(one),
    )
    const rows = mine.map((one) => [
      `\`${one.method} ${one.path}\``,
      one.summary,
      [...one.parameters.map((parameter) => `\`${parameter.name}\``), ...bodyOf(one)].join(', ') ||
        '–',
      one.answers.map(answerOf).join('; ') || '–',
      codes(one, one.access === 'token' ? withToken : everywhere),
    ])
    return `## ${title}\n\n${text}\n\n${table(['route', 'what', 'takes', 'answers', 'refuses'], rows)}`
  })
  return page(
    'API',
    'Of the authority, at `LATCHKEY_AUTHORITY_URL`; http and https have the same routes. Made from its own description, `/openapi.json`\n' +
      '(OpenAPI 3.1, from the schemas by which the routes read and write). The portal’s page “Scripts” shows it with commands to paste.',
    `What is refused is a [problem document](errors.md). The last column has the codes of a route besides those that any route may give:\n${list(everywhere)}; and with a token also ${list(withToken.filter((code) => !everywhere.includes(code)))}.`,
    ...groups,
    '## Not in the description\n\n' +
      '`POST /ocsp` and `GET /ocsp/{request}`: OCSP (RFC 6960, RFC 5019), for everyone. `POST /graph/notifications`: for Microsoft Graph alone, with\n`LATCHKEY_NOTIFICATIONS_URL`. `/metrics` and the probes are at a port of their own, see [observe](../observe.md).',
  )
}

type Group = {
  readonly title: string
  /** Who may. */
  readonly text: string
  readonly has: (operation: Operation) => boolean
}

/** An operation belongs to the first that has it. */
const GROUPS: readonly Group[] = [
  {
    title: 'For operators',
    text: 'An access token with the role `Manage.All`, of a person or an application.',
    has: ({ path }) => path.startsWith('/api/manage/'),
  },
  {
    title: 'One’s own',
    text: 'An access token of a person, for what is theirs.',
    has: ({ path }) => path.startsWith('/api/me'),
  },
  {
    title: 'With a token',
    text: 'An access token with the role `CSR.SelfService` (people) or `CSR.Request.Db` (applications) where a certificate is asked for; else any of this API.',
    has: ({ access }) => access === 'token',
  },
  {
    title: 'By the certificate itself',
    text: 'Whoever shows it in the TLS handshake.',
    has: ({ access }) => access === 'clientCertificate',
  },
  { title: 'For everyone', text: 'Without a token.', has: () => true },
]

/** What all of these refuse. */
function common(operations: readonly Operation[]): readonly string[] {
  const [first = [], ...others] = operations.map(codesOf)
  return first.filter((code) => others.every((found) => found.includes(code)))
}

const codesOf = ({ refusals }: Operation) => refusals.flatMap((one) => one.codes)

function codes(operation: Operation, known: readonly string[]): string {
  return list(codesOf(operation).filter((code) => !known.includes(code))) || '–'
}

function bodyOf({ body }: Operation): readonly string[] {
  if (!body) return []
  const names = membersOf(body)
  return names.length > 0 ? [`JSON: ${list(names)}`] : [list(body.types)]
}

function answerOf(content: Content): string {
  const names = membersOf(content)
  if (names.length > 0) return `JSON: ${list(names)}`
  return content.types.length > 0 ? list(content.types) : 'nothing'
}

/** The members of the JSON itself, not of what is inside of them. */
function membersOf({ shape }: Content): readonly string[] {
  return Array.from((shape ?? '').matchAll(/^ {2}(\w+\??):/gm), ([, name = '']) => name)
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function page(title: string, ...parts: readonly string[]): string {
  return `${[`# ${title}`, MADE, ...parts].join('\n\n')}\n`
}

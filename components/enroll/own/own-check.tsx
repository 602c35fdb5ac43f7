import { type ReactNode, useState } from 'react'
import { type OwnRequest, octetsOf } from '#components/enroll/choose/plan.ts'
import { Button } from '#components/ui/button.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { checkRequest } from '#lib/actions/enroll.ts'
import type { CheckResult } from '#lib/api/schemas.ts'
import type { ActionResult, ErrorCode } from '#lib/errors.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type OwnCheckProps = {
  readonly request: OwnRequest
  readonly words: EnrollWords['choose']
  /** A further button beside the check. */
  readonly chooser: ReactNode
}

type Answer = {
  readonly of: OwnRequest
  readonly result: ActionResult<CheckResult> | null
  /** Fields that a second reader, here in the browser, reads differently. */
  readonly differing: readonly string[]
}

/** Evaluates each rule for the CSR, without issuing. */
export function OwnCheck({ request, words, chooser }: OwnCheckProps) {
  const [busy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const octets = octetsOf(request)

  const check = async () => {
    setBusy(true)
    const [result, differing] = await Promise.all([
      checkRequest({ csr: octets }).catch(() => null),
      secondOpinion(octets).catch(() => []),
    ])
    setAnswer({ of: request, result, differing })
    setBusy(false)
  }

  // An answer for an earlier text of the CSR is not shown.
  const current = answer?.of === request ? answer : null
  return (
    <>
      <div className="row mt-3">
        {chooser}
        <Button
          size="small"
          busy={busy}
          {...(octets.length === 0 && { blockedBy: 'own-check-line' })}
          onClick={() => void check()}
        >
          {words.ownCheck}
        </Button>
        <span className="small mute" id="own-check-line">
          {octets.length === 0 ? words.ownMissing : words.ownCheckLine}
        </span>
      </div>
      <div role="status">
        {current && current.differing.length > 0 && (
          <p className="mt-4 font-semibold text-revoked">
            {fill(words.ownDiffers, { fields: current.differing.join(', ') })}
          </p>
        )}
        {current && <CheckAnswer {...current} words={words} />}
      </div>
    </>
  )
}

/** Its reader is loaded now, since few people bring a request of their own. */
async function secondOpinion(octets: Uint8Array): Promise<readonly string[]> {
  const { requestDifferences } = await import('#lib/doctor/judge-request.ts')
  return requestDifferences(octets)
}

function CheckAnswer({ result, words }: Answer & { readonly words: EnrollWords['choose'] }) {
  if (!result?.ok) {
    return (
      <div className="mt-4">
        <h2 className="text-body">{words.ownNotRead}</h2>
        {result && isUnreadable(result.code) ? (
          <>
            <p className="small mute">{words.ownUnreadable}</p>
            <Disclosure look="text" title={words.ownDetails}>
              <p className="small mute">{result.message}</p>
            </Disclosure>
          </>
        ) : (
          result && (
            <p className="small mute">
              {result.message} {result.remedy}
            </p>
          )
        )}
      </div>
    )
  }
  const { allowed, subject, checks } = result.value
  return (
    <div className="mt-4">
      <h2 className="text-body">{allowed ? words.ownAllowed : words.ownRefused}</h2>
      {subject && (
        <p className="small mute">
          {words.ownName}: <span className="mono break-all">{subject}</span>
        </p>
      )}
      <ul className="mt-2 grid gap-1.5">
        {checks.map((check) => (
          <CheckLine key={check.rule} check={check} words={words} />
        ))}
      </ul>
    </div>
  )
}

function isUnreadable(code: ErrorCode): boolean {
  return code === 'malformed_csr' || code === 'malformed_request'
}

function CheckLine(props: {
  readonly check: CheckResult['checks'][number]
  readonly words: EnrollWords['choose']
}) {
  const { passed, message, remedy } = props.check
  const { icon, tone, word } = lookOf(passed, props.words)
  return (
    <li className="flex items-start gap-2 text-note">
      <Icon name={icon} small className={`mt-0.5 ${tone}`} />
      <span className={passed === null ? 'faint' : ''}>
        <span className="vh">{word}: </span>
        {message}
        {remedy && <span className="mute block">{remedy}</span>}
      </span>
    </li>
  )
}

function lookOf(
  passed: boolean | null,
  words: EnrollWords['choose'],
): { icon: IconName; tone: string; word: string } {
  if (passed === null) return { icon: 'ring', tone: 'text-ink3', word: words.notLooked }
  return passed
    ? { icon: 'check', tone: 'text-good', word: words.passed }
    : { icon: 'cross', tone: 'text-revoked', word: words.failed }
}

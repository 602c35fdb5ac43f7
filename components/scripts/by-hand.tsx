import Link from 'next/link'
import { Fragment } from 'react'
import { NumberedList } from '#components/ui/numbered-list.tsx'
import type { ScriptsWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import {
  azTokenLine,
  deviceCodeLine,
  deviceTokenLine,
  issueLine,
  requestLine,
  sandboxTokenLine,
  trustLine,
} from '#lib/scripts/curl.ts'
import type { Addresses } from '#lib/scripts/fill-script.ts'
import { Line } from './script-panel.tsx'

type ByHandProps = {
  readonly addresses: Addresses
  readonly isSandbox: boolean
  /** The user principal name for the certificate. */
  readonly upn: string
  readonly words: ScriptsWords
}

/** The commands that the scripts run, one after the other, for other systems. */
export function ByHand({ addresses, isSandbox, upn, words }: ByHandProps) {
  const { steps, api } = words
  const trust = isSandbox ? [{ title: steps.trust, lines: [trustLine()], more: null }] : []
  const all = [
    ...trust,
    {
      title: steps.token,
      lines: [isSandbox ? sandboxTokenLine(addresses, upn) : azTokenLine(addresses)],
      more: (
        <>
          <p className="small mute mt-3">{words.tokenOther}</p>
          <Line parts={deviceCodeLine(addresses)} words={words} />
          <p className="small mute mt-3">{api.withCodeThen}</p>
          <Line parts={deviceTokenLine(addresses)} words={words} />
        </>
      ),
    },
    { title: steps.request, lines: [requestLine(upn)], more: null },
    { title: steps.issue, lines: [issueLine(addresses.url)], more: null },
    {
      title: steps.read,
      lines: [['openssl x509', '-inform DER -in latchkey.cer', '-noout -subject -enddate']],
      more: null,
    },
  ]
  return (
    <div className="card pad">
      <p>{fill(words.otherLede, { url: `${addresses.url}/.well-known/est` })}</p>
      <div className="mt-2">
        <NumberedList
          items={all.map(({ title, lines, more }) => (
            <Fragment key={title}>
              <h2>{title}</h2>
              {lines.map((parts) => (
                <Line key={parts[0]} parts={parts} words={words} />
              ))}
              {more}
            </Fragment>
          ))}
        />
      </div>
      <p className="mt-3">
        <Link href="/scripts/api" prefetch={false}>
          {words.apiLink}
        </Link>
      </p>
    </div>
  )
}

import { Tag } from '#components/ui/badge.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { Facts } from '#components/ui/facts.tsx'
import type { ScriptsWords } from '#lib/i18n/dictionary.ts'
import { curlOf } from '#lib/scripts/curl.ts'
import type { Content, Operation } from '#lib/scripts/description.ts'
import { Line } from './script-panel.tsx'

type OperationCardProps = {
  readonly operation: Operation
  /** Address of the authority. */
  readonly url: string
  readonly words: ScriptsWords
}

/** One operation of the API: parameters, answers, refusals, and the command for it. */
export function OperationCard({ operation, url, words }: OperationCardProps) {
  const { api } = words
  const { id, method, path, summary, parameters, body, answers, refusals } = operation
  const names = parameters.map(({ name }) => name)
  const isOperator = path.startsWith('/api/manage/')
  return (
    <Disclosure
      look="entry"
      id={id}
      title={
        <>
          <Tag className="min-w-14 justify-center">{method}</Tag>
          <span className="mono wrap-anywhere text-ink">{path}</span>
          <span className="mute font-normal" lang="en">
            {summary}
          </span>
        </>
      }
    >
      <div className="px-5.5 pb-5">
        <p className="small mute">{isOperator ? api.operator : api.access[operation.access]}</p>
        <Line parts={curlOf(operation, url)} words={words} />
        <div className="small mt-4" lang="en">
          <Facts
            facts={[
              ...(names.length === 0
                ? []
                : [{ name: api.parameters, value: names.join(', '), mono: true }]),
              { name: api.takes, value: body ? <Body content={body} /> : api.takesNothing },
              {
                name: api.answers,
                value: answers.map((content) => (
                  <Body key={content.types.join()} content={content} />
                )),
              },
              {
                name: api.refusals,
                value: refusals.map(({ status, codes }) => (
                  <p key={status}>
                    <span className="num">{status}</span>{' '}
                    <span className="mono">{codes.join(', ')}</span>
                  </p>
                )),
              },
            ]}
          />
        </div>
      </div>
    </Disclosure>
  )
}

function Body({ content: { types, text, shape } }: { readonly content: Content }) {
  return (
    <>
      <p className="mono">{types.join(', ')}</p>
      {shape === null ? (
        <p>{text}</p>
      ) : (
        <pre className="mono mt-1 leading-[1.5] wrap-anywhere whitespace-pre-wrap">{shape}</pre>
      )}
    </>
  )
}

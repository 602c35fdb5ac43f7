import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import { formatDate } from '#lib/format.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import type { UseProps } from './use.tsx'

const DAY_MS = 86_400_000

/** The certificate's validity bar, what was checked, and the same key in another form. */
export function UseSide(props: UseProps) {
  return (
    <div className="stack min-w-0">
      <div className="card pad">
        <Life {...props} />
        <Checked {...props} />
      </div>
      {props.making.state.wrapped && <OtherForm {...props} />}
    </div>
  )
}

function Life({ issued, reader, words: { use } }: UseProps) {
  const from = new Date(issued.notBefore)
  const to = new Date(issued.notAfter)
  const days = plural(Math.round((to.getTime() - from.getTime()) / DAY_MS), use.days)
  const label = fill(use.validity, {
    from: formatDate(reader, from, 'long'),
    to: formatDate(reader, to, 'long'),
    days,
  })
  return (
    <>
      <ValidityBar
        state="good"
        serial={issued.serial}
        from={from}
        to={to}
        at={from}
        label={label}
      />
      <ValidityEnds
        start={formatDate(reader, from, 'short')}
        middle={days}
        end={formatDate(reader, to, 'short')}
      />
    </>
  )
}

function Checked({ issued, making, words: { use } }: UseProps) {
  const { wrapped } = making.state
  if (!wrapped) return null
  const lines = [
    wrapped.form === 'pem' ? use.opensKey : use.opens,
    use.pair,
    ...(wrapped.chainHolds ? [fill(use.leads, { issuer: issued.issuerName })] : []),
  ]
  return (
    <>
      <h2 className="mt-4.5 mb-2.5 text-body">{use.checked}</h2>
      <ul className="grid gap-2">
        {lines.map((line) => (
          <li className="flex items-start gap-2 text-ink2 text-note" key={line}>
            <Icon name="check" small className="mt-0.5 text-good" />
            {line}
          </li>
        ))}
      </ul>
    </>
  )
}

function OtherForm({ making, words: { use } }: UseProps) {
  const { wrapped, steps } = making.state
  const other = wrapped?.form === 'pem' ? 'p12' : 'pem'
  const words = other === 'pem' ? use.separate : use.one
  return (
    <div className="card pad">
      <h2 className="text-body">{words.title}</h2>
      <p className="small mute mt-1 mb-3">{words.line}</p>
      <Button
        size="small"
        icon="refresh"
        busy={steps.wrap.state === 'now'}
        onClick={() => making.wrapAs(other)}
      >
        {words.button}
      </Button>
    </div>
  )
}

import type { Where } from '#components/enroll/choose/plan.ts'
import { ALL_PLACES, isPlace } from '#components/enroll/places.ts'
import { SEALED_PAGE } from '#components/shell/sealed-page.ts'
import { Button } from '#components/ui/button.tsx'
import { Chips } from '#components/ui/chips.tsx'
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
      {props.making.state.wrapped && <OtherForm {...props} />}
      <div className="card pad">
        <Life {...props} />
        <Checked {...props} />
      </div>
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
    wrapped.wrapping.form === 'pem' ? use.opensKey : use.opens,
    use.pair,
    ...(wrapped.chainHolds ? [fill(use.leads, { issuer: issued.issuerName })] : []),
    ...(wrapped.signed ? [fill(use.signed, { issuer: issued.issuerName })] : []),
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

/** "It did not import?": the same key for another place, in the other format, or without the network. */
function OtherForm({ where, making, onWrap, words: { use, choose } }: UseProps) {
  const { wrapped, steps } = making.state
  const wheres: readonly Where[] = [...ALL_PLACES, 'separate']
  const busy = steps.wrap.state === 'now'
  const form = wrapped?.wrapping.form
  const hasNetwork = wrapped?.wrapping.network !== null
  const refined = form === undefined || form === 'pem' ? {} : { pkcs12: form }
  return (
    <div className="card pad">
      <h2 className="text-body">{use.other.title}</h2>
      <p className="small mute mt-1 mb-3">{use.other.line}</p>
      <Chips
        name="rewrap"
        label={use.other.where}
        options={wheres.map((value) => ({ value, label: choose.systems[value] }))}
        value={where}
        onChoose={(value) => {
          if (!busy && (value === 'separate' || isPlace(value))) onWrap(value)
        }}
      />
      {where !== 'separate' && form !== 'pem' && (
        <div className="row mt-3.5">
          <Button
            size="small"
            icon="refresh"
            busy={busy}
            onClick={() =>
              onWrap(where, { pkcs12: form === 'older' ? 'modern' : 'older', bare: !hasNetwork })
            }
          >
            {form === 'older' ? use.other.newer : use.other.older}
          </Button>
          {hasNetwork && (
            <Button
              size="small"
              variant="ghost"
              onClick={() => onWrap(where, { ...refined, bare: true })}
            >
              {use.other.bare}
            </Button>
          )}
        </div>
      )}
      {/* In a tab of its own: this one holds the key. */}
      <p className="small mt-3">
        <a href={SEALED_PAGE} target="_blank" rel="noopener">
          {use.other.doctor}
        </a>
      </p>
    </div>
  )
}

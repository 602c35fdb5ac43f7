import type { ReactNode } from 'react'
import { RADIO, RADIO_INPUT } from './radio.ts'

type Content = {
  readonly title: string
  readonly reason: ReactNode
  /** A tile with the device; without it the row is slim. */
  readonly picture?: ReactNode
  /** Badge, pill or tag at the end; on a phone it stands under the words. */
  readonly aside?: ReactNode
}

type ChoiceRowProps = Content & {
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly onChoose: (value: string) => void
  /** What it opens when it is chosen; it joins the row. */
  readonly children?: ReactNode
}

const ROW = 'grid items-center gap-x-4 gap-y-1 rounded-card border px-4.5 max-phone:gap-x-3'
const PICTURED =
  'grid-cols-[20px_52px_1fr_auto] py-3.5 max-phone:grid-cols-[20px_44px_1fr] max-phone:px-3.5'
const SLIM = 'grid-cols-[20px_1fr_auto] py-3.25 max-phone:grid-cols-[20px_1fr]'

/** One answer of a question: radio, picture, name and why. */
export function ChoiceRow(props: ChoiceRowProps) {
  const { name, value, checked, onChoose, children, ...content } = props
  return (
    <div className="not-first-of-type:mt-2">
      <label
        className={`peer ${ROW} ${content.picture ? PICTURED : SLIM} ${children ? 'has-checked:rounded-b-none' : ''} cursor-pointer border-line bg-surface transition-[border-color] duration-(--fast) ease-calm hover:border-edge has-checked:border-accent has-checked:bg-[color-mix(in_srgb,var(--color-accent-soft)_40%,var(--color-surface))] has-checked:inset-ring has-checked:inset-ring-accent`}
      >
        <input
          type="radio"
          className={RADIO_INPUT}
          name={name}
          value={value}
          checked={checked}
          onChange={() => onChoose(value)}
        />
        <Content {...content} />
      </label>
      {children && (
        <div className="hidden rounded-b-card border border-accent border-t-0 bg-surface pt-3.5 pr-4.5 pb-4.5 pl-13.5 peer-has-checked:block max-phone:px-3.5 max-phone:pb-4">
          {children}
        </div>
      )}
    </div>
  )
}

/**
 * An answer that is not possible now. It stays, dashed, with its reason and the way on. The reason may
 * hold a link, so there is no label around it.
 */
export function ImpossibleRow(content: Content) {
  return (
    <div className={`${ROW} ${PICTURED} border-edge border-dashed not-first-of-type:mt-2`}>
      <span className={`${RADIO} opacity-50`} aria-hidden="true" />
      <Content {...content} dim />
    </div>
  )
}

function Content({ title, reason, picture, aside, dim = false }: Content & { dim?: boolean }) {
  return (
    <>
      {picture && <span className="max-phone:*:size-11 max-phone:[&_svg]:size-8">{picture}</span>}
      <span className="min-w-0 wrap-anywhere">
        <span className={`font-semibold ${dim ? 'text-ink2' : ''}`}>{title}</span>
        <br />
        <span className="text-ink2 text-note">{reason}</span>
      </span>
      {aside && (
        <span
          className={`flex max-phone:justify-self-start ${picture ? 'max-phone:col-start-3 max-phone:mt-1' : 'max-phone:col-start-2'}`}
        >
          {aside}
        </span>
      )}
    </>
  )
}

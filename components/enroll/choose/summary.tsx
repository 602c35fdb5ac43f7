import { Button, ButtonLink } from '#components/ui/button.tsx'
import { Chips } from '#components/ui/chips.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { Facts } from '#components/ui/facts.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { KeyBlank } from '#components/ui/validity-bar.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { NETWORK_FORMS, type NetworkForm } from '#lib/network/form-facts.ts'
import type { KeyPairType } from '#lib/pki/keys/key-pair.ts'
import { type Choice, isEmpty, type Plan } from './plan.ts'

type SummaryProps = {
  readonly plan: Plan
  readonly choice: Choice
  readonly keys: readonly KeyPairType[]
  /** The last day of validity, in the reader's language. */
  readonly until: string
  readonly onChange: (change: Partial<Choice>) => void
  readonly onStart: () => void
  readonly words: EnrollWords['choose']
}

/** What the reader will get, and the button to start. */
export function Summary(props: SummaryProps) {
  const { plan, choice, onStart, words } = props
  const own = plan.form === 'own'
  const empty = isEmpty(plan, choice)
  return (
    <aside className="card min-w-0 sticky top-21 max-desk:static" aria-label={words.getTitle}>
      <div className="pad stack">
        <h2>{words.getTitle}</h2>
        <KeyBlank />
        <Facts facts={factsOf(props)} short />
        <div className="max-phone:hidden">
          <StartButton empty={empty} onStart={onStart} words={words} />
        </div>
        {empty && (
          <p className="small mute" id="own-missing">
            {words.ownMissing}
          </p>
        )}
        {plan.offer.phone && (
          <ButtonLink href={plan.offer.phone} wide variant="ghost">
            {words.onPhone}
          </ButtonLink>
        )}
        <p className="flex items-start gap-2 text-ink2 text-note">
          <Icon name="lock" small className="mt-0.5 text-good" />
          {own ? words.promiseOwn : words.promise}
        </p>
      </div>
      <Disclosure title={words.experts}>
        <div className="px-5.5 pb-4.5">
          <Experts {...props} />
        </div>
      </Disclosure>
    </aside>
  )
}

function factsOf({ plan, until, words }: SummaryProps) {
  const { offer, form, networks } = plan
  const lasts = {
    compliant: words.lastsCompliant,
    listed: words.lastsListed,
    active: words.lastsActive,
  }[offer.condition]
  const file = {
    p12: fileOf(plan, words),
    pem: words.fileSeparate,
    own: words.fileOwn,
  }[form]
  return [
    { name: words.for, value: form === 'own' ? words.forOwn : offer.name },
    { name: words.worksFor, value: networks.length > 0 ? networks.join(', ') : words.uses },
    { name: words.lasts, value: fill(lasts, { date: until }) },
    { name: words.file, value: file },
  ]
}

/** The one file, and what comes with it. */
function fileOf({ base, networks, order }: Plan, words: EnrollWords['choose']): string {
  const network = order.kind === 'key' ? order.wrapping.network : null
  const ending = network && isAlone(network.form) ? `.${network.form}` : '.p12'
  const file = fill(words.fileOne, { file: `${base}${ending}` })
  return networks.length === 0 || ending !== '.p12'
    ? file
    : fill(words.fileNetworks, { file, networks: networks.join(', ') })
}

function isAlone(form: NetworkForm): boolean {
  return NETWORK_FORMS[form].holdsKey
}

function Experts({ plan, choice, keys, onChange, words }: SummaryProps) {
  const { form, offer, order } = plan
  return (
    <>
      <Facts
        small
        short
        facts={[
          {
            name: words.key,
            value: form === 'own' ? words.keyOwn : <KeyName {...{ choice, words }} />,
          },
          ...(order.kind === 'own'
            ? []
            : [
                { name: words.container, value: words.containers[order.wrapping.form] },
                { name: words.nameInIt, value: `CN=${offer.names.commonName}`, mono: true },
              ]),
        ]}
      />
      {form !== 'own' && keys.length > 1 && (
        <div className="mt-3.5">
          <Chips
            name="key"
            label={words.key}
            options={keys.map((key) => ({ value: key, label: words.keys[key] }))}
            value={choice.key}
            onChoose={(value) => {
              const key = keys.find((candidate) => candidate === value)
              if (key) onChange({ key })
            }}
          />
        </div>
      )}
    </>
  )
}

function KeyName(props: { readonly choice: Choice; readonly words: EnrollWords['choose'] }) {
  return props.words.keys[props.choice.key]
}

type StartButtonProps = Pick<SummaryProps, 'onStart' | 'words'> & { readonly empty: boolean }

/** Starts the making; blocked while a request of the reader's own is missing, which the summary says. */
export function StartButton({ empty, onStart, words }: StartButtonProps) {
  return (
    <Button
      variant="primary"
      size="large"
      wide
      {...(empty && { blockedBy: 'own-missing' })}
      onClick={onStart}
    >
      {words.button}
    </Button>
  )
}

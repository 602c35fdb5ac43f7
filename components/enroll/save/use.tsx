import { type ReactNode, useMemo } from 'react'
import type { Plan, Refinement, Where } from '#components/enroll/choose/plan.ts'
import type { UseMaking } from '#components/enroll/make/use-making.ts'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { Seal } from '#components/ui/mark.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Stepper } from '#components/ui/stepper.tsx'
import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Network } from '#lib/network/network.ts'
import { KeepPassword } from './keep-password.tsx'
import { SaveFiles } from './save-files.tsx'
import { savedFiles } from './saved-files.ts'
import { UseSide } from './use-side.tsx'
import { UseSteps } from './use-steps.tsx'

export type UseProps = {
  readonly plan: Plan
  /** The place that is chosen, or separate files. */
  readonly where: Where
  readonly issued: IssuedCertificate
  readonly making: UseMaking
  /** Whether the reader has confirmed that everything is saved. */
  readonly kept: boolean
  readonly onKept: (kept: boolean) => void
  readonly networks: readonly Network[]
  /** Called when every file was downloaded. */
  readonly onSaved: () => void
  /** Wraps the same key for another place. */
  readonly onWrap: (where: Where, refinement?: Refinement) => void
  readonly reader: Reader
  readonly words: EnrollWords
  readonly children?: ReactNode
}

/** The last page: the file, its password, and how to use them. */
export function Use(props: UseProps) {
  const { plan, issued, making, networks, kept, onKept, onSaved, reader, words } = props
  const { wrapped, stopped } = making.state
  const { use, choose, trouble } = words
  const files = useMemo(() => savedFiles(plan, issued, wrapped), [plan, issued, wrapped])
  return (
    <div className="wrap stack gap-5.5">
      <div className="between items-center">
        <div className="flex items-center gap-5.5 max-phone:items-start max-phone:gap-4">
          <Seal />
          <div>
            <PageHeading>{use.title}</PageHeading>
            <p className="lede mt-1.5">{ledeOf(props)}</p>
          </div>
        </div>
        <Stepper label={choose.progress} steps={choose.steps} now={2} doneWord={choose.done} />
      </div>
      {stopped && <Note tone="hold" title={trouble.kinds.wrap.title} />}
      {wrapped?.signed === false && <Note tone="info" title={use.unsigned} />}
      <div className="card grid grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)] *:p-6 max-desk:grid-cols-1 max-phone:*:p-4.5 [&>*+*]:border-line desk:[&>*+*]:border-l max-desk:[&>*+*]:border-t">
        <SaveFiles
          files={files}
          system={plan.system}
          words={use}
          language={reader.language}
          onSaved={onSaved}
        />
        {wrapped ? (
          <KeepPassword
            password={wrapped.password}
            fileName={files[0]?.name ?? ''}
            many={files.length > 1}
            kept={kept}
            onKept={onKept}
            date={formatDate(reader, reader.now, 'long')}
            words={use}
          />
        ) : (
          <div>
            <h2>{use.ownTitle}</h2>
            <p className="mute mt-2 mb-4">{use.ownLine}</p>
            <Checkbox label={use.haveOwn} checked={kept} onChange={onKept} />
          </div>
        )}
      </div>
      <MainAndSide>
        <UseSteps
          plan={plan}
          form={plan.form}
          network={wrapped?.wrapping.network?.form ?? null}
          networks={networks}
          files={files}
          issuerName={issued.issuerName}
          words={use}
        />
        <UseSide {...props} />
      </MainAndSide>
      {props.children}
      <div className="row">
        {kept ? (
          <ButtonLink href="/" variant="primary">
            {use.finish}
          </ButtonLink>
        ) : (
          <>
            <Button blockedBy="finish-first">{use.finish}</Button>
            <span className="small mute" id="finish-first">
              {wrapped ? use.finishFirst : use.finishFirstOwn}
            </span>
          </>
        )}
        {kept && (
          <ButtonLink href={`/certificates/${issued.serial}`} variant="ghost">
            {use.see}
          </ButtonLink>
        )}
      </div>
    </div>
  )
}

function ledeOf({ plan, issued, reader, words: { use } }: UseProps): string {
  const date = formatDate(reader, new Date(issued.notAfter), 'long')
  if (plan.form === 'own') return fill(use.lineOwn, { date })
  const line = { compliant: use.lineCompliant, listed: use.lineListed, active: use.lineActive }
  return fill(line[plan.offer.condition], { name: plan.offer.name, date })
}

import type { Plan } from '#components/enroll/choose/plan.ts'
import { Button } from '#components/ui/button.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Crossing, LaneFoot, LaneGap, LaneName, Lanes } from '#components/ui/progress-step.tsx'
import { Stepper } from '#components/ui/stepper.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { StepName } from './making.ts'
import type { MakingState } from './making-state.ts'
import { TimedStep } from './timed-step.tsx'
import { TroubleCard, type TroubleProps } from './trouble.tsx'
import type { UseMaking } from './use-making.ts'

type MakeProps = {
  readonly plan: Plan
  readonly making: UseMaking
  readonly tenant: string
  readonly words: EnrollWords
  readonly common: TroubleProps['common']
  readonly onCancel: () => void
  readonly onChooseAgain: () => void
  readonly onSeparate: () => void
  readonly language: Language
}

/** Progress: steps of the browser on the left, of the server on the right, and what is sent between them. */
export function Make(props: MakeProps) {
  const { plan, making, words, common, onCancel, onChooseAgain, onSeparate } = props
  const { stopped } = making.state
  const { make, choose } = words
  const own = plan.form === 'own'
  return (
    <div className="wrap stack gap-6">
      <div className="between">
        <div>
          <PageHeading>{stopped ? make.stoppedTitle : make.title}</PageHeading>
          <p className="lede mt-1.5">
            {fill(ledeOf(own, stopped !== null, make), { name: plan.offer.name })}
          </p>
        </div>
        <Stepper label={choose.progress} steps={choose.steps} now={1} doneWord={choose.done} />
      </div>
      {stopped && (
        <TroubleCard
          stopped={stopped}
          plan={plan}
          words={words}
          common={common}
          onRetry={making.retry}
          onConfirm={making.confirm}
          onChooseAgain={onChooseAgain}
          onSeparate={onSeparate}
        />
      )}
      <div className="card">
        <TwoLanes {...props} />
      </div>
      <div className="row">
        <Button onClick={onCancel}>{make.cancel}</Button>
      </div>
    </div>
  )
}

function ledeOf(own: boolean, stopped: boolean, make: EnrollWords['make']): string {
  if (stopped) return own ? make.stoppedLineOwn : make.stoppedLine
  return own ? make.lineOwn : make.line
}

function TwoLanes({ plan, making, tenant, words: { make, stepUp }, language }: MakeProps) {
  const own = plan.form === 'own'
  const confirms = isConfirming(making.state)
  const later = confirms ? 1 : 0
  const step = (name: StepName) => ({ step: making.state.steps[name], words: make, language })
  const words = own ? make.request : make.publicHalf
  const leaves = <Crossing to="server" words={words} place={4} />
  return (
    <Lanes label={make.lanes} left={make.browser} right={make.server}>
      <LaneName icon="window" name={make.browser} place={0} />
      <LaneName icon="server" name={make.server} place={5} />
      {!own && <LaneName icon="window" name={make.back} place={9} />}

      <TimedStep number={1} place={1} {...(own ? make.own : make.key)} {...step('key')} />
      {confirms ? <Crossing /> : leaves}
      <LaneGap />

      {confirms && (
        <>
          <TimedStep
            number={2}
            place={3}
            title={make.confirm.title}
            line={
              <>
                {make.confirm.line}
                {making.state.steps.confirm.state === 'now' && (
                  <span className="mt-1.5 block">
                    <Button size="small" onClick={() => making.confirm()}>
                      {stepUp.again}
                    </Button>
                  </span>
                )}
              </>
            }
            {...step('confirm')}
          />
          {leaves}
          <LaneGap />
        </>
      )}

      <LaneGap />
      <Crossing />
      <TimedStep
        number={2 + later}
        place={6}
        title={make.check.title}
        line={make.check[own ? 'own' : plan.offer.kind]}
        {...step('check')}
      />

      <LaneGap />
      <Crossing to="browser" words={make.certificate} place={8} />
      <TimedStep number={3 + later} place={7} {...make.sign} {...step('sign')} />

      {!own && (
        <>
          <TimedStep number={4 + later} place={10} {...wrapWords(plan, make)} {...step('wrap')} />
          <Crossing />
          <LaneGap />
        </>
      )}
      {!own && <LaneFoot>{fill(make.promise, { tenant })}</LaneFoot>}
    </Lanes>
  )
}

/** Whether the step of confirming is one of this making. */
export function isConfirming({ steps }: MakingState): boolean {
  return steps.confirm.state !== 'wait'
}

/** The name of the last step of this plan. */
export function wrapWords(
  { form, system }: Plan,
  { wrap }: EnrollWords['make'],
): { title: string; line: string } {
  if (form === 'pem') return { title: wrap.separate, line: wrap.separateLine }
  return { title: system === null ? wrap.any : fill(wrap.title, { system }), line: wrap.line }
}

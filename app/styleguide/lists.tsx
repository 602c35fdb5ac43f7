import { Badge, Tag } from '#components/ui/badge.tsx'
import { DevicePicture, PersonPicture } from '#components/ui/device-picture.tsx'
import { Facts } from '#components/ui/facts.tsx'
import { KeyRow } from '#components/ui/key-row.tsx'
import {
  Crossing,
  LaneFoot,
  LaneGap,
  LaneName,
  Lanes,
  ProgressStep,
} from '#components/ui/progress-step.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Spinner } from '#components/ui/spinner.tsx'
import { type Status, StatusPill } from '#components/ui/status-pill.tsx'
import { Stepper } from '#components/ui/stepper.tsx'
import { KeyBlank, ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import { Section } from './section.tsx'

type ListsProps = { readonly status: Readonly<Record<Status, string>> }

const STATUSES = [
  'good',
  'hold',
  'soon',
  'revoked',
  'expired',
  'none',
  'checking',
  'unknown',
] as const satisfies readonly Status[]

const LIFE = {
  serial: '6a2b0c1d9e8f70615243',
  from: new Date('2026-03-01'),
  to: new Date('2027-03-01'),
  at: new Date('2026-08-01'),
  label: null,
}

/** What the portal shows of certificates and of their making. */
export function Lists({ status }: ListsProps) {
  return (
    <>
      <Section name="StatusPill, Badge, Tag" use="Never by colour alone.">
        <div className="row">
          {STATUSES.map((each) => (
            <StatusPill key={each} status={each} words={status} />
          ))}
        </div>
        <div className="row">
          <Badge tone="yes" icon="check">
            Managed
          </Badge>
          <Badge tone="no" icon="alert">
            Not compliant
          </Badge>
          <Badge tone="off" icon="end">
            Not managed
          </Badge>
          <Badge tone="plain" icon="info">
            Plain
          </Badge>
          <Tag>Tag</Tag>
        </div>
      </Section>
      <Section
        name="ValidityBar, KeyRow"
        use="From the first day to the last; teeth of the serial."
      >
        {(['good', 'hold', 'revoked', 'expired', 'unknown'] as const).map((state) => (
          <div key={state}>
            <ValidityBar state={state} {...LIFE} />
            <ValidityEnds start="1 Mar 2026" middle={state} end="1 Mar 2027" />
          </div>
        ))}
        <ValidityBar state="none" label={null} />
        <KeyBlank />
        <ul className="card">
          <KeyRow
            picture={<PersonPicture />}
            title="You, on any device"
            bar={<ValidityBar state="good" {...LIFE} />}
            status={<StatusPill status="good" words={status} />}
          />
          <KeyRow
            picture={<DevicePicture os="iOS" model="iPhone 16" dim />}
            title="A phone"
            bar={<ValidityBar state="hold" {...LIFE} />}
            status={<StatusPill status="hold" words={status} />}
          />
        </ul>
        <Facts
          facts={[
            { name: 'Serial', value: '6a2b 0c1d 9e8f', mono: true },
            { name: 'Issuer', value: 'Contoso Issuing CA' },
          ]}
        />
      </Section>
      <Making />
    </>
  )
}

function Making() {
  return (
    <Section name="Lanes, ProgressStep, Stepper" use="What happens where, and what crosses over.">
      <Stepper label="Progress" steps={['Choose', 'Make', 'Use']} now={1} doneWord="done" />
      <div className="card">
        <Lanes label="Steps" left="In this browser" right="On the server">
          <LaneName icon="window" name="In this browser" place={0} />
          <ProgressStep
            state="done"
            number={1}
            title="Done"
            line="A line."
            time="0.4 s"
            place={1}
          />
          <Crossing to="server" words="public half" place={4} />
          <LaneGap />
          <ProgressStep state="fail" number={2} title="Failed" line="A line." place={2} />
          <Crossing />
          <ProgressStep state="now" number={3} title="Now" line="A line." place={6} />
          <LaneGap />
          <Crossing to="browser" words="certificate" place={8} />
          <ProgressStep state="wait" number={4} title="Waiting" line="A line." place={7} />
          <LaneFoot>Your private key never crosses the dashed line.</LaneFoot>
        </Lanes>
      </div>
      <div className="row">
        <Spinner />
        <Spinner small />
      </div>
      <Skeleton label="Loading" rows={1} shape="row" />
      <Skeleton label="Loading" rows={1} shape="card" />
    </Section>
  )
}

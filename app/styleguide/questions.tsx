'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { buttonLook } from '#components/ui/button-look.ts'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Chips } from '#components/ui/chips.tsx'
import { ChoiceRow, ImpossibleRow } from '#components/ui/choice-row.tsx'
import { DevicePicture } from '#components/ui/device-picture.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Dropdown } from '#components/ui/dropdown.tsx'
import { DROPDOWN_ITEM } from '#components/ui/dropdown-item.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { ReasonChoice } from '#components/ui/reason-choice.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { Section } from './section.tsx'

const nothing = () => undefined

/** What a reader decides with. */
export function Questions() {
  return (
    <>
      <Buttons />
      <Choices />
      <Dialogs />
    </>
  )
}

function Buttons() {
  return (
    <Section name="Button, ButtonLink" use="A verb and its object. One primary button in a view.">
      {(['small', 'normal', 'large'] as const).map((size) => (
        <div key={size} className="row">
          {(['primary', 'secondary', 'ghost', 'danger', 'sure'] as const).map((variant) => (
            <Button key={variant} size={size} variant={variant} onClick={nothing}>
              {variant}
            </Button>
          ))}
        </div>
      ))}
      <div className="row">
        <Button variant="primary" busy>
          Busy
        </Button>
        <Button blockedBy="why-not">Blocked</Button>
        <span id="why-not" className="small mute">
          Says why.
        </span>
        <ButtonLink href="#main" icon="arrow-right">
          A link
        </ButtonLink>
        <a className={buttonLook({ variant: 'ghost' })} href="#main">
          Only the look
        </a>
        <IconButton icon="copy" label="Copy" onClick={nothing} />
        <IconButton icon="eye" label="Show" pressed onClick={nothing} />
        <Dropdown face="A menu" faceClass={buttonLook({})} place="below">
          <button type="button" className={DROPDOWN_ITEM}>
            Close it
          </button>
        </Dropdown>
      </div>
    </Section>
  )
}

function Choices() {
  const [row, setRow] = useState('a')
  const [chip, setChip] = useState('ec')
  const [ticked, setTicked] = useState(true)
  const [reason, setReason] = useState<'a' | 'b'>('a')
  const picture = <DevicePicture os="Windows" model="ThinkPad X1" />
  return (
    <Section name="ChoiceRow, Chips, Checkbox, Tabs" use="Each question has an answer at first.">
      <fieldset>
        <legend className="vh">Who is it for?</legend>
        {['a', 'b'].map((value) => (
          <ChoiceRow
            key={value}
            name="row"
            value={value}
            checked={row === value}
            onChoose={setRow}
            title={`Device ${value}`}
            reason="Why it can be chosen."
            picture={picture}
            aside={<StatusPill status="good" words={STATUS} />}
          />
        ))}
        <ImpossibleRow title="Device c" reason="Why it cannot be chosen now." picture={picture} />
      </fieldset>
      <Chips
        name="chip"
        label="Key"
        options={[
          { value: 'ec', label: 'EC P‑256' },
          { value: 'rsa', label: 'RSA 2048' },
        ]}
        value={chip}
        onChoose={setChip}
      />
      <Checkbox label="I have the file and the password" checked={ticked} onChange={setTicked} />
      <ReasonChoice
        legend="Why?"
        reasons={['a', 'b'] as const}
        words={{ a: 'I do not need it', b: 'I replaced it' }}
        chosen={reason}
        onChoose={setReason}
      />
      <Tabs
        label="How"
        tabs={[
          { name: 'By clicking', content: 'Steps to click.' },
          { name: 'By command', content: 'Commands to copy.' },
        ]}
      />
    </Section>
  )
}

const STATUS = {
  good: 'Good',
  hold: 'On hold',
  soon: 'Ends soon',
  revoked: 'Revoked',
  expired: 'Expired',
  none: 'None yet',
  checking: 'Checking…',
  unknown: 'Unknown',
}

function Dialogs() {
  const [open, setOpen] = useState<'dialog' | 'alert' | null>(null)
  const close = () => setOpen(null)
  return (
    <Section name="AlertDialog, Dialog" use="A question before what cannot be undone. Esc is safe.">
      <div className="row">
        <Button onClick={() => setOpen('alert')}>Open the AlertDialog</Button>
        <Button onClick={() => setOpen('dialog')}>Open the Dialog</Button>
      </div>
      <AlertDialog
        open={open === 'alert'}
        onClose={close}
        title="Revoke this certificate for good?"
        text="Nobody can undo this."
        safe="Keep it"
        busy={false}
        sure="Revoke for good"
        onSure={close}
      />
      <Dialog
        open={open === 'dialog'}
        onClose={close}
        title="Leave without your certificate?"
        actions={<Button onClick={close}>Stay here</Button>}
      >
        <p>Your key exists only in this tab.</p>
      </Dialog>
    </Section>
  )
}

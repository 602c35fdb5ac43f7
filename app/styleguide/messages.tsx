'use client'

import { Button } from '#components/ui/button.tsx'
import { Command, MessageBox } from '#components/ui/command.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { Note } from '#components/ui/note.tsx'
import { NumberedList } from '#components/ui/numbered-list.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { SecretField } from '#components/ui/secret-field.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { WhatAndHow } from '#components/ui/what-and-how.tsx'
import { Section } from './section.tsx'

/** What the portal says. */
export function Messages() {
  return (
    <>
      <Notes />
      <Section name="WhatAndHow, EmptyState" use="Every problem: what happened, what you can do.">
        <div className="card">
          <WhatAndHow
            words={{ whatHappened: 'What happened', whatYouCanDo: 'What you can do' }}
            what="The directory does not answer."
            steps={['Wait a minute.', 'Then check again.']}
          />
        </div>
        <EmptyState
          sentence="No certificates yet."
          action={<Button variant="primary">Get one</Button>}
        />
        <Disclosure title="Details for experts">What few people need.</Disclosure>
        <NumberedList items={['The first step.', 'The second step.']} />
        <MainAndSide>
          <div className="card pad">Main</div>
          <div className="card pad">Side</div>
        </MainAndSide>
      </Section>
      <Section
        name="Command, MessageBox, SecretField"
        use="Real names filled in. A password is shown once."
      >
        <Command
          shell="Terminal"
          parts={['openssl pkcs12', '-in alice.p12', '-nokeys']}
          copyLabel="Copy command"
          copied="Command copied"
        />
        <MessageBox text="Hello, my certificate does not work. Can you help?" />
        <SecretField groups={['7KQ2', 'M9XD', 'R4TW', 'H8PC', 'V3NZ']} words={SECRET} />
        <div className="row">
          <CopyButton text="text" label="Copy message" done="Message copied" variant="secondary" />
          <Button onClick={() => showToast('Message copied')}>Show a toast</Button>
        </div>
        <Refusal text="That did not work, and nothing was changed." />
      </Section>
    </>
  )
}

function Notes() {
  return (
    <Section
      name="Note"
      use="info: just go on · hold: correct it · bad: final or for IT · ok: done."
    >
      {(['info', 'hold', 'bad', 'ok'] as const).map((tone) => (
        <Note key={tone} tone={tone} title={`A note that is “${tone}”.`} level={3}>
          Further text.
        </Note>
      ))}
      <Note
        tone="info"
        title="With a button."
        level={3}
        actions={<Button size="small">Try again</Button>}
      />
    </Section>
  )
}

const SECRET = {
  label: 'Password, five groups of four',
  show: 'Show password',
  hide: 'Hide password',
  copy: 'Copy password',
  copied: 'Password copied',
}

'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { SecretField } from '#components/ui/secret-field.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { passwordGroups } from '#lib/pki/pkcs12/password.ts'
import { PrintSheet } from './print-sheet.tsx'

type KeepPasswordProps = {
  readonly password: string
  readonly fileName: string
  /** Whether there is more than one file. */
  readonly many: boolean
  readonly kept: boolean
  readonly onKept: (kept: boolean) => void
  /** Today's date, for the printed sheet. */
  readonly date: string
  readonly words: EnrollWords['use']
}

/** The password, shown this once. */
export function KeepPassword(props: KeepPasswordProps) {
  const { password, fileName, many, kept, onKept, date, words } = props
  const [printing, setPrinting] = useState(false)
  const groups = passwordGroups(password)
  return (
    <div>
      <h2>{words.keep}</h2>
      <SecretField groups={groups} words={words.secret} />
      <p className="small mute">{words.once}</p>
      <div className="row mt-3 justify-between">
        <Checkbox label={many ? words.haveMany : words.have} checked={kept} onChange={onKept} />
        <Button
          variant="ghost"
          size="small"
          icon="print"
          label={words.printLabel}
          onClick={() => setPrinting(true)}
        >
          {words.print}
        </Button>
      </div>
      {printing && (
        <PrintSheet
          title={fill(words.sheet, { file: fileName })}
          password={groups.join(' ')}
          date={fill(words.sheetDate, { date })}
          onDone={() => setPrinting(false)}
        />
      )}
    </div>
  )
}

'use client'

import { useState } from 'react'
import { CopyButton } from './copy-button.tsx'
import { IconButton } from './icon-button.tsx'

type SecretFieldProps = {
  /** Groups of four characters; the gaps are for reading only. */
  readonly groups: readonly string[]
  readonly words: {
    /** "Password, five groups of four" */
    readonly label: string
    readonly show: string
    readonly hide: string
    readonly copy: string
    readonly copied: string
  }
}

/** A password that is shown once. While hidden it is not in the document. Copied without gaps. */
export function SecretField({ groups, words }: SecretFieldProps) {
  const [shown, setShown] = useState(true)
  return (
    <div className="mt-3.5 mb-2.5 flex min-h-13 items-center gap-1 rounded-control border border-edge bg-sunken py-1 pr-1 pl-3.5 max-phone:pl-3 max-phone:[&>button]:w-8.5">
      <output
        className="flex flex-1 flex-wrap gap-x-2.75 font-features-['zero'] font-medium font-mono text-[1.125rem] tracking-[0.03em] max-phone:gap-x-2 max-phone:text-body max-phone:tracking-normal"
        aria-label={words.label}
        translate="no"
        spellCheck={false}
      >
        {groups.map((group, index) => (
          <span key={index}>{shown ? group : '••••'}</span>
        ))}
      </output>
      <IconButton
        icon={shown ? 'eye' : 'eye-off'}
        label={shown ? words.hide : words.show}
        onClick={() => setShown(!shown)}
      />
      <CopyButton text={groups.join('')} label={words.copy} done={words.copied} />
    </div>
  )
}

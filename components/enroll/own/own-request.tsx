import { type ChangeEvent, type DragEvent, useId, useState } from 'react'
import type { OwnRequest } from '#components/enroll/choose/plan.ts'
import { formatSize } from '#components/enroll/save/file-name.ts'
import { buttonLook } from '#components/ui/button-look.ts'
import { Command } from '#components/ui/command.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { CsrNames } from '#lib/pki/csr/csr-write.ts'
import { OwnCheck } from './own-check.tsx'

type OwnRequestPanelProps = {
  readonly request: OwnRequest
  readonly onChange: (request: OwnRequest) => void
  /** The names that a CSR for the chosen device or person needs. */
  readonly names: CsrNames
  readonly who: string
  readonly words: EnrollWords['choose']
  readonly language: Language
}

/** The most that the authority accepts, in octets. */
const REQUEST_MAX = 16_384

/** The reader's own CSR: pasted, dropped or chosen as a file. */
export function OwnRequestPanel(props: OwnRequestPanelProps) {
  const { request, onChange, names, who, words, language } = props
  const [tooLarge, setTooLarge] = useState(false)

  const take = async (file: File | undefined) => {
    if (!file) return
    setTooLarge(file.size > REQUEST_MAX)
    if (file.size > REQUEST_MAX) return
    onChange({ kind: 'file', name: file.name, octets: new Uint8Array(await file.arrayBuffer()) })
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void take(event.dataTransfer.files[0])
  }

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first */}
      <div
        className="rounded-control border-[1.5px] border-edge border-dashed bg-sunken px-4 py-3.5"
        onDrop={drop}
        onDragOver={(event) => event.preventDefault()}
      >
        {request.kind === 'file' ? (
          <div className="row">
            <Icon name="file" />
            <span className="grow break-words">
              {fill(words.ownChosen, {
                name: request.name,
                size: formatSize(request.octets.length, language),
              })}
            </span>
            <IconButton
              icon="cross"
              label={words.ownRemove}
              onClick={() => onChange({ kind: 'text', text: '' })}
            />
          </div>
        ) : (
          <textarea
            className="min-h-21 w-full font-features-[normal] font-mono text-small placeholder:text-ink3"
            aria-label={words.ownLabel}
            placeholder={words.ownPlaceholder}
            value={request.text}
            maxLength={2 * REQUEST_MAX}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange({ kind: 'text', text: event.target.value })}
          />
        )}
      </div>
      {tooLarge && (
        <p className="small mt-2 text-revoked" role="alert">
          {words.ownTooLarge}
        </p>
      )}
      <OwnCheck
        request={request}
        words={words}
        chooser={<FileChooser label={words.ownFile} onFile={(file) => void take(file)} />}
      />
      <Disclosure look="text" title={words.ownMake}>
        <p className="small mute">{fill(words.ownMakeLine, { name: who })}</p>
        <Command
          parts={requestCommand(names)}
          shell={words.terminal}
          copyLabel={words.copyCommand}
          copied={words.commandCopied}
        />
      </Disclosure>
    </>
  )
}

/** Gives the command that makes a key and a CSR with these names. */
function requestCommand({ commonName, upn, uri }: CsrNames): readonly string[] {
  const subjectAltName =
    uri === null ? `otherName:1.3.6.1.4.1.311.20.2.3;UTF8:${upn}` : `URI:${uri}`
  return [
    'openssl req -new',
    '-newkey ec -pkeyopt ec_paramgen_curve:P-256',
    '-keyout my.key -out my.csr',
    `-subj ${quoted(`/CN=${escaped(commonName)}`)}`,
    ...(uri === null && upn === null
      ? []
      : [`-addext ${quoted(`subjectAltName=${subjectAltName}`)}`]),
  ]
}

/** In OpenSSL's -subj a slash, a plus sign and a backslash have a meaning, so they are escaped. */
function escaped(name: string): string {
  return name.replace(/[\\/+]/g, '\\$&')
}

/** Quotes a text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function FileChooser(props: {
  readonly label: string
  readonly onFile: (file: File | undefined) => void
}) {
  const id = useId()
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    props.onFile(event.target.files?.[0])
    // Reset, so that the same file can be chosen again after a change.
    event.target.value = ''
  }
  return (
    <>
      <input id={id} type="file" className="peer vh" onChange={change} />
      <label
        htmlFor={id}
        className={`${buttonLook({ size: 'small' })} peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent`}
      >
        {props.label}
      </label>
    </>
  )
}

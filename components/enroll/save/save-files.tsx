import { useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import { formatSize } from './file-name.ts'
import { FilePicture } from './file-picture.tsx'
import type { SavedFile } from './saved-files.ts'

type SaveFilesProps = {
  readonly files: readonly SavedFile[]
  /** The system where the file will be used; null for an unsupported one. */
  readonly system: string | null
  readonly words: EnrollWords['use']
  readonly language: Language
  /** Called when each of the files was downloaded. */
  readonly onSaved: () => void
}

/** The files to save. A download starts by a click only. */
export function SaveFiles({ files, system, words, language, onSaved }: SaveFilesProps) {
  const [only, more] = files
  const taken = useRef(new Set<SavedFile>())
  const take = (file: SavedFile) => {
    save(file)
    showToast(words.saved)
    taken.current.add(file)
    if (files.every((each) => taken.current.has(each))) onSaved()
  }
  return (
    <div>
      <h2>{more ? words.saveMany : words.save}</h2>
      {only && !more && (
        <>
          <div className="mt-3.5 mb-4.5 flex items-center gap-3.5">
            <FilePicture />
            <div className="min-w-0">
              <div className="font-semibold break-words">{only.name}</div>
              <div className="small mute">{lineOf(only, system, words, language)}</div>
            </div>
          </div>
          <Button variant="primary" icon="download" onClick={() => take(only)}>
            {words.download}
          </Button>
        </>
      )}
      {more && (
        <ul className="mt-3.5 grid gap-3">
          {files.map((file) => (
            <li key={file.name} className="flex items-center gap-3">
              <div className="min-w-0 grow">
                <div className="font-semibold break-words">{file.name}</div>
                <div className="small mute">
                  {words.kinds[file.kind]} · {formatSize(file.octets.length, language)}
                </div>
              </div>
              <Button
                size="small"
                variant={file === only ? 'primary' : 'secondary'}
                icon="download"
                label={fill(words.downloadFile, { file: file.name })}
                onClick={() => take(file)}
              >
                {words.download}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function lineOf(
  file: SavedFile,
  system: string | null,
  words: EnrollWords['use'],
  language: Language,
): string {
  const size = formatSize(file.octets.length, language)
  return system === null ? size : fill(words.sizeFor, { size, system })
}

const TYPES = {
  p12: 'application/x-pkcs12',
  key: 'application/x-pem-file',
  certificate: 'application/x-pem-file',
  chain: 'application/x-pem-file',
  mobileconfig: 'application/x-apple-aspen-config',
  'eap-config': 'application/eap-config',
  'windows-profile': 'application/xml',
  'windows-root': 'application/pkix-cert',
  nmconnection: 'text/plain',
  roots: 'application/x-pem-file',
  'wpa-supplicant': 'text/plain',
  onc: 'application/x-onc',
} as const satisfies Record<SavedFile['kind'], string>

/** Milliseconds after which the blob URL is revoked; every browser has read the file by then. */
const REVOKE_MS = 60_000

function save({ kind, name, octets }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(octets)], { type: TYPES[kind] }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS)
}

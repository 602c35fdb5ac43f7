import { ButtonLink } from '#components/ui/button.tsx'
import { Disclosure } from '#components/ui/disclosure.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

type DownloadsProps = {
  readonly serial: string
  readonly words: Dictionary['certificate']
}

/**
 * Certificate and chain, for who needs them again, which few do. The private key is not among them: neither
 * portal nor authority has it.
 */
export function Downloads({ serial, words }: DownloadsProps) {
  const rows = [
    { name: words.downloadCertificate, part: 'certificate', forms: ['pem', 'der'] },
    { name: words.downloadChain, part: 'chain', forms: ['pem'] },
    { name: words.downloadCa, part: 'ca', forms: ['pem', 'der'] },
  ]
  return (
    <div className="card">
      <Disclosure title={words.download}>
        <div className="px-5.5 pb-3.5">
          <p className="small mute">{words.downloadMore}</p>
          <ul className="mt-2 divide-y divide-line">
            {rows.map(({ name, part, forms }) => (
              <li
                key={part}
                className="grid grid-cols-[1fr_auto] items-center gap-x-2.5 py-2.75 text-control"
              >
                <span>{name}</span>
                <span className="row gap-1.5">
                  {forms.map((form) => (
                    <ButtonLink
                      key={form}
                      href={`/certificates/${serial}/${part}.${form}`}
                      plain
                      size="small"
                      label={`${name}, ${form.toUpperCase()}`}
                    >
                      {form.toUpperCase()}
                    </ButtonLink>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </div>
      </Disclosure>
    </div>
  )
}

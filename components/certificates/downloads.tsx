import { ButtonLink } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

type DownloadsProps = {
  readonly serial: string
  readonly words: Dictionary['certificate']
}

/**
 * Downloads of certificate and chain. The private key is not among them: neither portal nor authority has it.
 */
export function Downloads({ serial, words }: DownloadsProps) {
  const rows = [
    { name: words.downloadCertificate, part: 'certificate', forms: ['pem', 'der'] },
    { name: words.downloadChain, part: 'chain', forms: ['pem'] },
    { name: words.downloadCa, part: 'ca', forms: ['pem', 'der'] },
  ]
  return (
    <section className="card pad" aria-labelledby="downloads">
      <h2 id="downloads">{words.download}</h2>
      <p className="small mute mt-1">{words.downloadMore}</p>
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
    </section>
  )
}

import type { Place } from '#components/enroll/places.ts'
import { Facts } from '#components/ui/facts.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { Note } from '#components/ui/note.tsx'
import type { Content, Diagnosis, Finding, Tone } from '#lib/doctor/findings.ts'
import { FINDINGS } from '#lib/doctor/findings.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { DoctorWords } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import { type Opening, openingsOf } from './opens.ts'

type ReportProps = {
  readonly name: string
  readonly diagnosis: Diagnosis
  readonly words: DoctorWords
  readonly reader: Reader
}

const SIGNS = {
  bad: { icon: 'cross', look: 'text-revoked' },
  hold: { icon: 'alert', look: 'text-hold' },
  info: { icon: 'info', look: 'text-accent' },
  ok: { icon: 'check', look: 'text-good' },
} as const satisfies Record<Tone, { icon: IconName; look: string }>

/** What the file is, what is wrong and what to do, what is inside, and where it opens. */
export function Report({ name, diagnosis, words, reader }: ReportProps) {
  const { findings, contents, form } = diagnosis
  const [gravest] = findings
  const tone = gravest ? FINDINGS[gravest.code] : 'ok'
  const isFine = findings.some(({ code }) => code === 'fine')
  const verdict = isFine ? 'ok' : tone
  const told = findings.filter(({ code }) => code !== 'fine')
  return (
    <>
      <Note tone={verdict} title={words.verdicts[verdict]}>
        <span className="wrap-anywhere">{name}</span>: {words.forms[form]}
      </Note>
      {told.length > 0 && (
        <section className="card pad">
          <h2 className="mb-3.5">{words.found}</h2>
          <ul className="grid gap-3.5">
            {told.map((finding, index) => (
              <FindingLine key={index} finding={finding} words={words} reader={reader} />
            ))}
          </ul>
        </section>
      )}
      {contents.length > 0 && (
        <section className="card pad">
          <h2 className="mb-3.5">{words.inside}</h2>
          <Facts facts={contents.map((content, index) => factOf(content, index, words, reader))} />
        </section>
      )}
      <Openings diagnosis={diagnosis} words={words} />
    </>
  )
}

function FindingLine(props: {
  readonly finding: Finding
  readonly words: DoctorWords
  readonly reader: Reader
}) {
  const { finding, words, reader } = props
  const { code, date } = finding
  const { kind } = finding.values
  const values = {
    ...finding.values,
    ...(isIn(kind, words.kinds) && { kind: words.kinds[kind] }),
    ...(date && { date: formatDate(reader, date, 'long') }),
  }
  const { icon, look } = SIGNS[FINDINGS[code]]
  const { title, more } = words.findings[code]
  return (
    <li className="flex items-start gap-2.5" data-finding={code}>
      <Icon name={icon} small className={`mt-0.75 ${look}`} />
      <span className="min-w-0">
        <span className="block font-semibold wrap-anywhere">{fill(title, values)}</span>
        <span className="small mute block">{fill(more, values)}</span>
      </span>
    </li>
  )
}

/** The number keeps names apart: there may be several of a kind. It is not shown. */
function factOf(content: Content, index: number, words: DoctorWords, reader: Reader) {
  const key = String(index)
  switch (content.kind) {
    case 'key':
      return { key, name: words.key, value: content.locked ? words.keyLocked : content.key }
    case 'request':
      return { key, name: words.requestFor, value: `${content.name} · ${content.key}` }
    case 'network':
      return { key, name: words.network, value: content.name }
    case 'certificate': {
      const from = formatDate(reader, content.notBefore, 'long')
      const to = formatDate(reader, content.notAfter, 'long')
      const value = (
        <>
          <span className="block">{content.name}</span>
          <span className="small mute block">
            {fill(words.from, { issuer: content.issuer })} · {content.key} ·{' '}
            {fill(words.valid, { from, to })}
          </span>
          <span className="small mono faint block">{content.serial}</span>
        </>
      )
      return { key, name: content.isCa ? words.ca : words.certificate, value }
    }
  }
}

function Openings({
  diagnosis,
  words,
}: {
  readonly diagnosis: Diagnosis
  readonly words: DoctorWords
}) {
  const openings = openingsOf(diagnosis)
  if (!openings) return null
  const named = (wanted: Opening) =>
    [...openings]
      .filter(([, opening]) => opening === wanted)
      .map(([place]: readonly [Place, Opening]) => words.systems[place])
      .join(', ')
  const facts = [
    { name: words.opensYes, value: named('yes') },
    { name: words.opensNewer, value: named('newer') },
    { name: words.opensNo, value: named('no') },
  ].filter(({ value }) => value !== '')
  return (
    <section className="card pad">
      <h2>{words.opens}</h2>
      <p className="small mute mt-1 mb-3.5">{words.opensLine}</p>
      <Facts facts={facts} />
    </section>
  )
}

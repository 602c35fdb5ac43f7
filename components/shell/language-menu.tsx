import { Dropdown } from '#components/ui/dropdown.tsx'
import { DROPDOWN_ITEM } from '#components/ui/dropdown-item.ts'
import { Icon } from '#components/ui/icon.tsx'
import { isLanguage, LANGUAGES, type Language } from '#lib/i18n/languages.ts'
import { LanguageButton } from './language-button.tsx'

type LanguageMenuProps = {
  readonly language: Language
  /** "Language". */
  readonly label: string
  /** A sign in the bar, or the language's name at the foot of the sign-in page. */
  readonly place: 'bar' | 'foot'
}

const FACES = {
  bar: 'grid size-9 cursor-pointer place-items-center rounded-control text-ink2 hover:bg-sunken hover:text-ink',
  foot: 'inline-flex min-h-6 cursor-pointer items-center gap-1.5 text-ink2 underline decoration-1 underline-offset-3',
}

/** The languages by their own names. */
export function LanguageMenu({ language, label, place }: LanguageMenuProps) {
  const isFoot = place === 'foot'
  const { name } = LANGUAGES[language]
  return (
    <Dropdown
      face={
        <>
          <Icon name="globe" small={isFoot} />
          {isFoot && name}
        </>
      }
      faceClass={FACES[place]}
      // Begins with what is seen (WCAG 2.5.3).
      label={isFoot ? `${name}, ${label}` : label}
      place={isFoot ? 'above' : 'below'}
    >
      {Object.keys(LANGUAGES)
        .filter(isLanguage)
        .map((code) => (
          <LanguageButton
            key={code}
            code={code}
            current={code === language}
            className={`${DROPDOWN_ITEM} aria-[current]:font-semibold`}
          >
            <span className="w-3.75">{code === language && <Icon name="check" small />}</span>
            {LANGUAGES[code].name}
          </LanguageButton>
        ))}
    </Dropdown>
  )
}

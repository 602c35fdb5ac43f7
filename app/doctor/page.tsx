import type { Metadata } from 'next'
import { Doctor } from '#components/doctor/doctor.tsx'
import { Brand } from '#components/shell/brand.tsx'
import { HelpLine } from '#components/shell/help-line.tsx'
import { LanguageMenu } from '#components/shell/language-menu.tsx'
import { OfflineNote } from '#components/shell/offline-note.tsx'
import { ThemeSwitch } from '#components/shell/theme-switch.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { portal } from '#lib/auth/portal.ts'
import { logoUrl } from '#lib/brand/brand.ts'
import { doctorWords } from '#lib/i18n/dictionary.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: doctorWords((await currentReader()).reader.language).title }
}

/**
 * Looks at a file that does not import, for anybody. The policy of this page lets it send nothing (proxy.ts), so
 * its links load whole documents.
 */
export default async function DoctorPage() {
  const { reader, words } = await currentReader()
  const { common } = words
  const { brand } = portal()
  const doctor = doctorWords(reader.language)
  return (
    <>
      <header className="border-line border-b bg-surface">
        <div className="mx-auto flex h-15 max-w-[860px] items-stretch px-8 max-phone:h-13.5 max-phone:px-4">
          <a className="flex no-underline" href="/">
            <Brand product={common.product} logo={logoUrl(brand)} />
          </a>
          <div className="ml-auto flex items-center gap-1">
            <LanguageMenu language={reader.language} label={common.language} place="bar" />
            <ThemeSwitch
              words={{ themeToDark: common.themeToDark, themeToLight: common.themeToLight }}
            />
          </div>
        </div>
      </header>
      <OfflineNote text={doctor.offline} narrow />
      <main id="main" tabIndex={-1} className="wrap stack max-w-[860px]">
        <div>
          <PageHeading>{doctor.title}</PageHeading>
          <p className="lede mt-2">{doctor.lede}</p>
          <p className="small mute mt-2">{doctor.stays}</p>
        </div>
        <Doctor words={doctor} reader={reader} />
      </main>
      <footer className="mx-auto max-w-[860px] px-8 pb-9 max-phone:px-4">
        <HelpLine {...brand.help} privacyUrl={brand.privacyUrl} words={common} isSealed />
      </footer>
    </>
  )
}

import { ButtonLink } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { currentReader } from '#lib/i18n/reader.ts'

/** The same page for somebody else's certificate and for one that does not exist. */
export default async function NoCertificate() {
  const { problems } = (await currentReader()).words
  return (
    <div className="wrap">
      <h1 className="vh">{problems.notFoundTitle}</h1>
      <EmptyState
        sentence={problems.noCertificateTitle}
        action={<ButtonLink href="/">{problems.toHome}</ButtonLink>}
      />
    </div>
  )
}

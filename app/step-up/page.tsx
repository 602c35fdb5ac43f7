import type { Metadata } from 'next'
import { Brand } from '#components/shell/brand.tsx'
import { HelpLine } from '#components/shell/help-line.tsx'
import { ConfirmWindow } from '#components/step-up/confirm-window.tsx'
import type { StepUpSettings } from '#components/step-up/settings.ts'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { portal } from '#lib/auth/portal.ts'
import { currentSession, type Session } from '#lib/auth/session.ts'
import { claimsFor } from '#lib/auth/step-up.ts'
import { logoUrl } from '#lib/brand/brand.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.stepUp.window.title }
}

/**
 * The redirect address of the single-page application: the small window in which somebody confirms a request
 * goes to Entra from here, and comes back. Only this page may connect to the sign-in service; see proxy.ts.
 */
export default async function StepUpPage() {
  const { words } = await currentReader()
  const session = await currentSession()
  const { window, signedOut } = words.stepUp
  const { brand } = portal()
  return (
    <main id="main" className="flex min-h-screen flex-col px-8 py-7" tabIndex={-1}>
      <Brand product={words.common.product} logo={logoUrl(brand)} />
      <PageHeading className="mt-9">{window.title}</PageHeading>
      {session ? (
        <ConfirmWindow settings={settingsFor(session)} words={window} />
      ) : (
        <p className="lede mt-3.5">{signedOut}</p>
      )}
      <HelpLine
        {...brand.help}
        privacyUrl={brand.privacyUrl}
        words={words.common}
        className="mt-auto pt-8"
      />
    </main>
  )
}

function settingsFor({ requester, upn }: Session): StepUpSettings {
  const { config } = portal()
  const { context } = config.stepUp
  return {
    clientId: config.spaClientId,
    issuer: config.issuerV2,
    authorizationUrl: config.authorizationUrl,
    tokenUrl: config.tokenUrl,
    jwksUrl: config.jwksUrl,
    // An access token for the authority comes to the browser only where its claims are what is asked for.
    scopes:
      context === null
        ? ['openid', 'profile']
        : ['openid', 'profile', `${config.apiUri}/${config.LATCHKEY_API_SCOPE}`],
    claims: context === null ? null : claimsFor(context),
    oid: requester.oid,
    loginHint: upn,
  }
}

import type { ReactNode } from 'react'
import { HelpLine } from '#components/shell/help-line.tsx'
import { Shell } from '#components/shell/shell.tsx'
import { portal } from '#lib/auth/portal.ts'
import { currentSession } from '#lib/auth/session.ts'
import { logoUrl } from '#lib/brand/brand.ts'
import { currentReader } from '#lib/i18n/reader.ts'

/** The shell with the names of who is signed in. It checks no access: each page does. */
export async function Frame({ children }: { readonly children: ReactNode }) {
  const [{ reader, words }, session] = await Promise.all([currentReader(), currentSession()])
  const { brand, config } = portal()
  const name = session?.requester.name ?? session?.upn ?? null
  return (
    <Shell
      words={words.common}
      language={reader.language}
      tenant={config.tenantName}
      logo={logoUrl(brand)}
      help={<HelpLine {...brand.help} privacyUrl={brand.privacyUrl} words={words.common} />}
      person={
        session && name
          ? {
              name,
              upn: session.upn,
              isOperator: session.requester.roles.includes('Manage.All'),
            }
          : null
      }
    >
      {children}
    </Shell>
  )
}

import { AskIt } from '#components/shell/ask-it.tsx'
import { AuthButton } from '#components/shell/auth-button.tsx'
import { MessageBox } from '#components/ui/command.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { ValidityBar } from '#components/ui/validity-bar.tsx'
import { WhatAndHow } from '#components/ui/what-and-how.tsx'
import { portal } from '#lib/auth/portal.ts'
import type { Session } from '#lib/auth/session.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type NoRoleProps = { readonly session: Session; readonly words: Dictionary }

/** For a person without the role and without certificates: the reason, and a message for IT. */
export function NoRole({ session, words }: NoRoleProps) {
  const { problems, common } = words
  const { brand, config } = portal()
  const tenant = config.tenantName
  const upn = session.upn ?? ''
  const message = fill(problems.noRoleMessage, {
    app: config.apiClientId,
    upn,
    name: session.requester.name ?? upn,
  })
  return (
    <div className="wrap stack max-w-[860px] gap-6 pt-14">
      <div className="w-60 max-w-full">
        <ValidityBar state="none" label={null} />
      </div>
      <div>
        <PageHeading>{problems.noRoleTitle}</PageHeading>
        <p className="lede mt-2.5">{fill(problems.noRoleLede, { tenant })}</p>
      </div>
      <div className="card">
        <WhatAndHow
          words={common}
          what={fill(problems.noRoleWhat, { upn })}
          steps={problems.noRoleSteps}
        />
        <div className="px-6 pb-6">
          <MessageBox text={message} />
          <div className="row mt-3.5">
            <AskIt
              message={message}
              copy={common.copyMessage}
              help={brand.help}
              words={common}
              variant="primary"
            />
            <AuthButton next="/" label={problems.signInAgain} icon="refresh" variant="secondary" />
            <AuthButton next="/" label={problems.otherAccount} variant="ghost" chooseAccount />
          </div>
        </div>
      </div>
    </div>
  )
}

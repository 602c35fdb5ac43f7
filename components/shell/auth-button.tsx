'use client'

import { Button } from '#components/ui/button.tsx'
import type { ButtonSize, ButtonVariant } from '#components/ui/button-look.ts'
import type { IconName } from '#components/ui/icon.tsx'
import { AuthForm } from './auth-form.tsx'

type AuthButtonProps = {
  /** A path of this portal to come back to. */
  readonly next: string
  readonly label: string
  /** The label while the browser goes to Microsoft. */
  readonly busyLabel?: string
  readonly chooseAccount?: boolean
  readonly variant: ButtonVariant
  readonly size?: ButtonSize
  readonly icon?: IconName
  readonly wide?: boolean
}

/** A button that goes to Microsoft to sign in. */
export function AuthButton(props: AuthButtonProps) {
  const { next, label, busyLabel = label, chooseAccount, variant, size, icon, wide } = props
  return (
    <AuthForm to="signin/azure-ad" next={next} chooseAccount={chooseAccount ?? false}>
      {(busy) => (
        <Button
          type="submit"
          variant={variant}
          busy={busy}
          {...(size && { size })}
          {...(icon && { icon })}
          {...(wide && { wide })}
        >
          {busy ? busyLabel : label}
        </Button>
      )}
    </AuthForm>
  )
}

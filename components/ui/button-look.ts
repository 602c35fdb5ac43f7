export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'sure'
export type ButtonSize = 'small' | 'normal' | 'large'

export type ButtonLook = {
  /** `danger` leads to a question, `sure` answers it. */
  readonly variant?: ButtonVariant
  readonly size?: ButtonSize
  /** As wide as its container, always or on a phone. */
  readonly wide?: boolean | 'phone'
}

const BUTTON =
  'inline-flex items-center justify-center gap-2 border text-center leading-[1.3] font-[550] no-underline ' +
  'cursor-pointer transition-[background,border-color] duration-(--fast) ease-calm print:hidden ' +
  'aria-disabled:cursor-not-allowed aria-disabled:border-dashed aria-disabled:border-edge ' +
  'aria-disabled:bg-sunken aria-disabled:text-ink3'

const VARIANTS = {
  primary: 'border-transparent bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'border-edge bg-surface text-ink hover:bg-sunken',
  ghost: 'border-transparent text-accent hover:bg-accent-soft',
  danger: 'border-revoked bg-surface text-revoked hover:bg-revoked-soft',
  sure: 'border-revoked bg-revoked text-surface',
} as const satisfies Record<ButtonVariant, string>

const SIZES = {
  small: 'min-h-8 rounded-[8px] px-3 py-1 text-small',
  normal: 'min-h-10 rounded-control py-2 text-control',
  large: 'min-h-12 rounded-control px-5.5 py-3 text-body',
} as const satisfies Record<ButtonSize, string>

/** The classes of a button, for an element that `Button` and `ButtonLink` cannot be. */
export function buttonLook(look: ButtonLook): string {
  const { variant = 'secondary', size = 'normal', wide = false } = look
  const padding = size === 'normal' ? (variant === 'ghost' ? 'px-2.5' : 'px-4') : ''
  const width = wide === 'phone' ? 'max-phone:w-full' : wide ? 'w-full' : ''
  return `${BUTTON} ${VARIANTS[variant]} ${SIZES[size]} ${padding} ${width}`
}

import { type Config, ConfigError } from '#lib/config.ts'
import { accentStyle } from './accent.ts'
import { type Logo, readLogo } from './logo.ts'

/** What makes the portal the operator's own: name, logo and colour, and where people find help. */
export type Brand = {
  readonly name: string
  /** Null for the drawing of the key. */
  readonly logo: Logo | null
  /** CSS with the tokens of the operator's accent; null for ours. */
  readonly style: string | null
  /** Of the light theme, for the web manifest. */
  readonly themeColour: string
  readonly help: Help
  readonly privacyUrl: string | null
  /** A URI, as RFC 9116 section 2.5.3 wants it; null when nobody is named. */
  readonly securityContact: string | null
}

export type Help = {
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
}

/** Reads the brand with its logo. Throws ConfigError when the logo cannot be shown. */
export function brandOf(config: Config): Brand {
  const contact = config.LATCHKEY_SECURITY_CONTACT
  return {
    name: config.LATCHKEY_BRAND_NAME ?? 'Latchkey',
    logo: logoOf(config.LATCHKEY_BRAND_LOGO_FILE),
    style: config.LATCHKEY_BRAND_ACCENT ? accentStyle(config.LATCHKEY_BRAND_ACCENT) : null,
    themeColour: config.LATCHKEY_BRAND_ACCENT?.light ?? '#0b5468',
    help: {
      email: config.LATCHKEY_HELP_EMAIL ?? null,
      phone: config.LATCHKEY_HELP_PHONE ?? null,
      url: config.LATCHKEY_HELP_URL ?? null,
    },
    privacyUrl: config.LATCHKEY_PRIVACY_URL ?? null,
    securityContact: contact === undefined ? null : uriOf(contact),
  }
}

/** The path at which the portal serves the operator's logo; null without one. */
export function logoUrl({ logo }: Brand): string | null {
  return logo && `/brand/logo?v=${logo.version}`
}

function uriOf(contact: string): string {
  return contact.startsWith('https:') ? contact : `mailto:${contact}`
}

function logoOf(file: string | undefined): Logo | null {
  if (file === undefined) return null
  const logo = readLogo('LATCHKEY_BRAND_LOGO_FILE', file)
  if ('problem' in logo) throw new ConfigError(logo.problem)
  return logo
}

import { expect, test } from 'vitest'
import { readConfig } from '#lib/config.ts'
import { withValues } from '#lib/i18n/dictionary.ts'
import * as en from '#lib/i18n/en.ts'
import { brandOf, logoUrl } from './brand.ts'

test('without configuration the portal is Latchkey, and names nobody', () => {
  const brand = brandOf(readConfig({}))
  expect(brand).toEqual({
    name: 'Latchkey',
    logo: null,
    style: null,
    themeColour: '#0b5468',
    help: { email: null, phone: null, url: null },
    privacyUrl: null,
    securityContact: null,
  })
  expect(logoUrl(brand)).toBeNull()
})

test('a mail address for weaknesses becomes a URI', () => {
  const contact = (given: string) =>
    brandOf(readConfig({ LATCHKEY_SECURITY_CONTACT: given })).securityContact
  expect(contact('security@contoso.example')).toBe('mailto:security@contoso.example')
  expect(contact('https://contoso.example/security@home')).toBe(
    'https://contoso.example/security@home',
  )
})

test('a name of its own stands in every text', () => {
  const words = withValues({ ...en }, { name: 'Contoso Pass', access: 'VPN' })
  expect(words.common.product).toBe('Contoso Pass')
  expect(words.common.footer).toBe('Contoso Pass for {tenant}')
  expect(words.signin.heading).toBe('Your own key to VPN.')
  expect(words.signin.steps).toEqual(en.signin.steps)
  expect(JSON.stringify(words)).not.toContain('Latchkey')
})

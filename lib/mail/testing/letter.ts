import type { Letterhead } from '#lib/mail/letterhead.ts'
import type { EndingCertificate, Letter } from '#lib/mail/post.ts'

export const HEAD: Letterhead = {
  from: 'Contoso certificates <certificates@contoso.example>',
  replyTo: 'help@contoso.example',
  portalUrl: 'https://keys.contoso.example',
  tenantName: 'Contoso',
  accent: '#0b5468',
  language: 'en',
}

export const TOKEN = 'abcdefghijklmnopqrstuvwxyz012345'

export const LAPTOP: EndingCertificate = {
  serial: '0a'.repeat(20),
  profile: 'device',
  name: 'ALICE-LT-042',
  holder: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  notAfter: new Date('2027-03-13T10:15:00Z'),
  isHeld: false,
}

export function letter(changes: Partial<Letter> = {}): Letter {
  return {
    to: { address: 'alice@contoso.example', name: 'Alice Adler', language: null },
    certificates: [LAPTOP],
    token: TOKEN,
    now: new Date('2027-02-27T09:00:00Z'),
    ...changes,
  }
}

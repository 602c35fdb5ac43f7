import { describe, expect, test } from 'vitest'
import type { SearchQuery } from '#lib/ledger/status-ledger.ts'
import { apply, d1, object } from '#lib/ledger/testing/directory.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  EVE,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

const USER = { kind: 'user', oid: ADA.oid } as const

describe.each(testEngines())('search on $name', (engine) => {
  const { open } = ledgersOn(engine)

  describe('search', () => {
    const everything: SearchQuery = {
      text: null,
      validity: 'any',
      profile: null,
      now: NOW,
      after: null,
      limit: 50,
    }
    async function filled() {
      const ledger = await open()
      await issueSample(ledger, '0a01', { displayName: 'Adas Läptop', subject: 'CN=D1' })
      await issueSample(ledger, '0a02', {
        holder: USER,
        profile: 'user',
        displayName: 'Ada Lovelace',
        subject: 'CN=Ada Lovelace',
        subjectAltName: 'UPN:Ada@contoso.example',
      })
      await issueSample(ledger, '0b03', {
        owner: EVE,
        holder: { kind: 'application', oid: 'app' },
        profile: 'application',
        displayName: 'radius\nserver',
        subject: 'CN=radius.contoso.example',
        subjectAltName: 'DNS:radius.contoso.example, DNS:ada.contoso.example',
      })
      await issueSample(ledger, '0b04', { displayName: 'Old', notAfter: after(-1) })
      await ledger.revoke(
        { serial: '0b04', reason: 'superseded', at: after(1), by: 'ada', cause: null },
        { withDescendants: false },
        sampleEvent('certificate.revoked', '0b04'),
      )
      await issueSample(ledger, '0b05', {
        holder: { kind: 'device', deviceId: 'd5', intuneId: null, ownerOid: ADA.oid },
        displayName: 'Gone',
        subject: 'CN=d5',
        subjectAltName: '',
      })
      await apply(ledger, [object({ kind: 'entra_device', id: 'd5' })], 'revoke')
      await apply(ledger, [object(d1)], 'mark')
      await ledger.begin(sampleIntent('0b06'), intended('0b06'))
      return ledger
    }
    const table: [string, Partial<SearchQuery>, readonly string[]][] = [
      ['everything but what is not issued', {}, ['0b05', '0b04', '0b03', '0a02', '0a01']],
      ['a page', { limit: 2 }, ['0b05', '0b04']],
      ['the next page', { limit: 2, after: '0b04' }, ['0b03', '0a02']],
      ['the beginning of a serial', { text: '0A0' }, ['0a02', '0a01']],
      ['the beginning of a name, without case', { text: 'ADA' }, ['0a02', '0a01']],
      ['a name with letters outside ASCII', { text: 'Adas LÄ' }, ['0a01']],
      ['a user principal name', { text: 'ada@CONTOSO' }, ['0a02']],
      ['a subject', { text: 'D' }, ['0b05', '0b04', '0a01']],
      ['a DNS name', { text: 'radius.c' }, ['0b03']],
      ['a name over two lines', { text: 'radius server' }, ['0b03']],
      ['an Intune id', { text: 'i1' }, ['0b04', '0a01']],
      ['a text with a page', { text: 'ada', limit: 1, after: '0a02' }, ['0a01']],
      ['no text in the middle', { text: 'lovelace' }, []],
      ['no pattern', { text: '%' }, []],
      ['blanks around', { text: '  gone ' }, ['0b05']],
      ['a profile', { profile: 'user' }, ['0a02']],
      // Marked certificates match both filters; the status decides later.
      ['active ones', { validity: 'active' }, ['0b03', '0a02', '0a01']],
      ['expired ones', { validity: 'expired' }, ['0b04']],
      ['revoked ones', { validity: 'revoked' }, ['0b05', '0b04', '0a01']],
      ['what may be held', { validity: 'held' }, ['0b05', '0b04', '0a01']],
      ['a text among the revoked', { validity: 'revoked', text: 'gone' }, ['0b05']],
      ['a text among the expired', { validity: 'expired', text: 'gone' }, []],
    ]
    test('finds', async () => {
      const ledger = await filled()
      for (const [name, query, serials] of table) {
        const found = await ledger.search({ ...everything, ...query })
        expect(
          found.map(({ serial }) => serial),
          name,
        ).toEqual(serials)
      }
    })

    test('a beginning that hundreds share is found in the order of serials', async () => {
      const ledger = await open()
      const serialOf = (number: number) => number.toString(16).padStart(4, '0')
      await Promise.all(
        Array.from({ length: 520 }, (_, number) => {
          const displayName = number % 2 === 0 ? 'Even' : 'Odd'
          const subjectAltName = 'UPN:same'
          return issueSample(ledger, serialOf(number), { displayName, subjectAltName })
        }),
      )
      const page = async (text: string, after: string | null) => {
        const found = await ledger.search({ ...everything, text, after, limit: 3 })
        return found.map(({ serial }) => Number.parseInt(serial, 16))
      }
      expect(await page('same', null)).toEqual([519, 518, 517])
      expect(await page('same', serialOf(2))).toEqual([1, 0])
      expect(await page('odd', serialOf(500))).toEqual([499, 497, 495])
    })
  })
})

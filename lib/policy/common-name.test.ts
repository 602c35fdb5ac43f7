import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import type { DecisionContext } from './policy.ts'
import { alice, laptop, policy, userContext } from './testing/context.ts'

describe('a display name stands as the common name only where it is a name', () => {
  const called = (displayName: string, change: Partial<DecisionContext> = {}) => {
    const user = { ...alice, displayName }
    return decide(policy, { ...userContext, requested: noName, user, ...change })
  }
  const noName = { kind: 'user', upn: alice.upn, commonName: null } as const
  const wide = (text: string) =>
    text.replace(/[!-~]/g, (one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0))

  test.each([
    ['a plain one', 'Alice Adler'],
    ['of another script', '山田　太郎'],
    ['right to left', 'نوال'],
    ['with comma, quotes and plus', 'Adler, "Ali" Alice + Bob #1 <x>; y=z'],
    ['with a slash', 'Adler, Alice (HR/IT)'],
    ['with an emoji', 'Alice 😀'],
    ['longer than a common name', 'Alice '.repeat(40).trim()],
    ['with a short number', 'Alice 4711-0815-1234'],
    ['with a word that has "host" in it', 'Ghost/Writer'],
  ])('%s', (_, displayName) => {
    expect(called(displayName)).toMatchObject({ allow: true, content: { commonName: displayName } })
  })

  const id = laptop.deviceId ?? ''
  test.each([
    ["somebody's user principal name", 'bob@contoso.example'],
    ["somebody's user principal name among words", 'Bob (bob@contoso.example)'],
    ['her own among words', `Alice ${alice.upn}`],
    ['a full-width @', 'bob＠contoso.example'],
    ['a small @', 'bob﹫contoso.example'],
    ['a device id', id],
    ['a device id in capitals and braces', `{${id.toUpperCase()}}`],
    ['a device id among words', `Alice ${id} Adler`],
    ['a device id without dashes', id.replaceAll('-', '')],
    ['a device id with other dashes', id.replaceAll('-', '\u2011')],
    ['a device id in full width', wide(id)],
    ['a device URI', `IntuneDeviceId://${id}`],
    ['a serial number', '0123456789abcdef0123456789abcdef01234567'],
    ['an account of a domain', 'CONTOSO\\administrator'],
    ['the name of a machine', 'host/dc1.contoso.example'],
    ['a line end', 'Alice\nAdler'],
    ['NUL', 'Alice\u0000'],
    ['DEL', 'Alice\u007f'],
    ['an override of direction', 'Alice \u202egro.osotnoc'],
    ['an isolate', '\u2066Alice\u2069'],
    ['a mark of direction', 'Alice\u200f'],
    ['a joiner of zero width', 'Ali\u200dce'],
    ['a soft hyphen', 'Ali\u00adce'],
    ['a byte order mark', '\ufeffAlice\ufeffAdler'],
    ['a musical format character', 'Alice\u{1d173}'],
    ['a lone surrogate', 'Alice\ud800'],
    ['a noncharacter', 'Alice\uffff'],
    ['nothing', ''],
    ['spaces', ' \t\u3000 '],
    ['signs without a letter', '– . –'],
    ['blank braille', '\u2800\u2800'],
  ])('not with %s: the user principal name stands there', (_, displayName) => {
    const content = { commonName: alice.upn, upn: alice.upn }
    expect(called(displayName)).toMatchObject({ allow: true, content })
    // Who asks for it by that name gets the same.
    const requested = { ...noName, commonName: displayName }
    expect(called(displayName, { requested })).toMatchObject({ allow: true, content })
  })

  test('spaces around it go', () => {
    expect(called('  Alice Adler ')).toMatchObject({ content: { commonName: 'Alice Adler' } })
  })

  test.each([
    `Alice ${id}`,
    `${alice.upn}.evil`,
    'CONTOSO\\administrator',
    'host/dc1',
  ])('and nobody may ask to be called %s', (commonName) => {
    const requested = { ...noName, commonName }
    expect(called('bob@contoso.example', { requested })).toMatchObject({
      allow: false,
      refusal: {
        code: 'policy_violation',
        rule: 'common_name',
        message: 'The common name claims to be somebody or something else.',
        remedy: `Use ${alice.upn} as common name.`,
      },
    })
  })

  test.each([
    '',
    ' ',
    'alice\u0000@contoso.example',
    'a\u202e@contoso.example',
  ])('a user principal name %j cannot stand in a certificate at all', (upn) => {
    const requested = { ...noName, upn }
    expect(decide(policy, { ...userContext, user: { ...alice, upn }, requested })).toMatchObject({
      allow: false,
      refusal: {
        code: 'policy_violation',
        rule: 'upn_match',
        message: 'Your user principal name in the directory cannot stand in a certificate.',
        remedy: 'Only IT can change it: it is empty, or has an invisible or control character.',
      },
    })
  })
})

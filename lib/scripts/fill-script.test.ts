import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig, SANDBOX } from '#lib/config.ts'
import { addressesOf, fillScript, SCRIPTS, shellWord } from './fill-script.ts'

const addresses = {
  url: 'https://certificates.contoso.example',
  scope: 'api://5a4d0b0c/Cert.Enroll',
  tenant: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001',
  login: 'https://login.microsoftonline.com',
}
const sh = readFileSync('clients/latchkey-enroll.sh', 'utf8')
const ps1 = readFileSync('clients/latchkey-enroll.ps1', 'utf8')

test('the shell script gets every address, and stays a shell script', () => {
  const filled = fillScript('latchkey-enroll.sh', sh, addresses)
  expect(filled).toContain(
    "URL='https://certificates.contoso.example' SCOPE='api://5a4d0b0c/Cert.Enroll' " +
      "TENANT='5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001' LOGIN='https://login.microsoftonline.com'\n",
  )
  expect(() => execFileSync('sh', ['-n'], { input: filled })).not.toThrow()
  expect(filled.split('\n')).toHaveLength(sh.split('\n').length)
})

test('the PowerShell script gets every address', () => {
  const filled = fillScript('latchkey-enroll.ps1', ps1, addresses)
  expect(filled).toContain("[string] $Url = 'https://certificates.contoso.example',")
  expect(filled).toContain("[string] $Scope = 'api://5a4d0b0c/Cert.Enroll',")
  expect(filled).toContain("[string] $Tenant = '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001',")
  expect(filled).toContain("[string] $Login = 'https://login.microsoftonline.com',")
})

test('an address cannot break out of its quotes', () => {
  const evil = { ...addresses, url: "https://x/'; rm -rf '$HOME", scope: '$&$1' }
  const inShell = fillScript('latchkey-enroll.sh', sh, evil)
  expect(inShell).toContain(`URL='https://x/'\\''; rm -rf '\\''$HOME' SCOPE='$&$1'`)
  expect(fillScript('latchkey-enroll.ps1', ps1, evil)).toContain(
    "$Url = 'https://x/''; rm -rf ''$HOME',",
  )
})

test('a script without a place for an address is refused', () => {
  expect(() => fillScript('latchkey-enroll.sh', '#!/bin/sh\n', addresses)).toThrow(
    'latchkey-enroll.sh has not one place for url',
  )
})

test('the addresses are those of the configuration', () => {
  expect(addressesOf(readConfig({}))).toEqual({
    url: 'https://localhost:8443',
    scope: `api://${SANDBOX.apiClientId}/Cert.Enroll`,
    tenant: SANDBOX.tenantId,
    login: 'http://localhost:4000',
  })
  expect(SCRIPTS).toHaveLength(2)
})

const tenant = {
  LATCHKEY_TENANT_ID: '11111111-1111-4111-8111-111111111111',
  LATCHKEY_TENANT_NAME: 'Contoso',
  LATCHKEY_API_CLIENT_ID: '22222222-2222-4222-8222-222222222222',
  LATCHKEY_PORTAL_CLIENT_ID: '33333333-3333-4333-8333-333333333333',
  LATCHKEY_GRAPH_CLIENT_ID: '44444444-4444-4444-8444-444444444444',
}

test.each([
  [undefined, 'api://22222222-2222-4222-8222-222222222222/Cert.Enroll'],
  ['api://certificates.contoso.example', 'api://certificates.contoso.example/Cert.Enroll'],
  ['https://contoso.example/latchkey/', 'https://contoso.example/latchkey/Cert.Enroll'],
])('with LATCHKEY_API_URI %s the scope is %s', (LATCHKEY_API_URI, scope) => {
  expect(addressesOf(readConfig({ ...tenant, LATCHKEY_API_URI }))).toMatchObject({ scope })
})

test.each([
  'contoso',
  'http://contoso.example',
  'api://',
  'api://a b',
])('LATCHKEY_API_URI %j is refused with its name', (LATCHKEY_API_URI) => {
  expect(() => readConfig({ ...tenant, LATCHKEY_API_URI })).toThrow(
    'LATCHKEY_API_URI: must be an application ID URI, api://… or https://…',
  )
})

test.each([
  ['alice@contoso.example', 'alice@contoso.example'],
  ["o'brien@contoso.example", `'o'\\''brien@contoso.example'`],
  ['two words', `'two words'`],
])('%s is one word of a shell', (text, word) => {
  expect(shellWord(text)).toBe(word)
})

import { expect, test } from 'vitest'
import { isForPortal, isFromPortal } from './same-site.ts'

const portalUrl = 'https://keys.example.org'

test.each([
  ['our own page', { origin: portalUrl, 'sec-fetch-site': 'same-origin' }, true],
  ['a browser without Sec-Fetch-Site', { origin: portalUrl }, true],
  ['another site', { origin: 'https://evil.example' }, false],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['no Origin', {}, false],
  ['no Origin, but same-origin', { 'sec-fetch-site': 'same-origin' }, false],
  ['our Origin, sent across sites', { origin: portalUrl, 'sec-fetch-site': 'cross-site' }, false],
  ['a sister site', { origin: portalUrl, 'sec-fetch-site': 'same-site' }, false],
  ['our host over http', { origin: 'http://keys.example.org' }, false],
  ['our host at another port', { origin: 'https://keys.example.org:8443' }, false],
  ['a longer host', { origin: 'https://keys.example.org.evil.example' }, false],
])('sent by %s', (_, headers, fromPortal) => {
  expect(isFromPortal(new Headers(headers as Record<string, string>), portalUrl)).toBe(fromPortal)
})

test.each([
  ['our host', { host: 'keys.example.org' }, true],
  ['our host in capitals', { host: 'KEYS.example.org' }, true],
  [
    'our host, by a proxy',
    { host: 'keys.example.org', 'x-forwarded-host': 'keys.example.org' },
    true,
  ],
  ['another host', { host: 'evil.example' }, false],
  ['no host', {}, false],
  [
    'another forwarded host',
    { host: 'keys.example.org', 'x-forwarded-host': 'evil.example' },
    false,
  ],
  [
    'another host in Forwarded',
    { host: 'keys.example.org', forwarded: 'for=1;host=evil.example' },
    false,
  ],
  [
    'our host in Forwarded',
    { host: 'keys.example.org', forwarded: 'host="keys.example.org"' },
    true,
  ],
])('meant for %s', (_, headers, forPortal) => {
  expect(isForPortal(new Headers(headers as Record<string, string>), portalUrl)).toBe(forPortal)
})

import { expect, test } from 'vitest'
import { safePath } from './safe-path.ts'

test.each([
  '/',
  '/devices',
  '/enroll?for=de71ce01',
  '/certificates/45a1?x=%2F%2Fy',
])('%s is a path of ours', (path) => {
  expect(safePath(path)).toBe(path)
})

test.each([
  ['nothing', null],
  ['empty', ''],
  ['another host', 'https://evil.example/'],
  ['another host without scheme', '//evil.example'],
  ['three slashes', '///evil.example'],
  ['a backslash', '/\\evil.example'],
  ['backslash first', '\\evil.example'],
  ['scheme without slashes', 'https:evil.example'],
  ['a script', 'javascript:alert(1)'],
  ['a tab inside', '/\t/evil.example'],
  ['a line feed inside', '/\n/evil.example'],
  ['dots that lead to a host', '/.//evil.example'],
  ['dots that lead to a host, one up', '/x/..//evil.example'],
  ['a relative path', 'devices'],
  ['an address of the sign-in machinery', '/api/auth/signout'],
  ['too long', `/${'a'.repeat(3000)}`],
])('%s becomes /', (_, text) => {
  expect(safePath(text)).toBe('/')
})

import { encode } from 'next-auth/jwt'
import { expect, test } from 'vitest'
import { openSessionToken } from './session-token.ts'

const OLD = 'old-'.padEnd(40, 'x')
const NEW = 'new-'.padEnd(40, 'y')

test('UPG-08: while the secret is changed from replica to replica nobody is signed out', async () => {
  const session = async (secret: string, maxAge = 60) =>
    encode({ token: { oid: 'alice' }, secret, maxAge })
  const [before, after] = [await session(OLD), await session(NEW)]
  // Both are known everywhere before the first replica gives out what the new one seals.
  for (const secrets of [
    [OLD, NEW],
    [NEW, OLD],
  ]) {
    expect(await openSessionToken(before, secrets)).toMatchObject({ oid: 'alice' })
    expect(await openSessionToken(after, secrets)).toMatchObject({ oid: 'alice' })
  }
  expect(await openSessionToken(before, [NEW])).toBeNull()
  expect(await openSessionToken(await session(OLD, -60), [NEW, OLD])).toBeNull()
  expect(await openSessionToken(`${after}x`, [NEW, OLD])).toBeNull()
  expect(await openSessionToken('', [NEW, OLD])).toBeNull()
  expect(await openSessionToken(undefined, [NEW, OLD])).toBeNull()
})

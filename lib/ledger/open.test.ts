import { expect, test } from 'vitest'
import { openLedger } from './open.ts'

test('an address that is neither SQLite nor PostgreSQL is refused without repeating it', async () => {
  await expect(openLedger('mysql://root:secret@db')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: 'The ledger’s address must begin with sqlite: or postgres://.',
  })
})

test('a PostgreSQL that cannot be reached is a sentence without its password', async () => {
  const url = 'postgres://ledger:secret@127.0.0.1:1/ledger'
  const error = await openLedger(url).catch((thrown) => thrown)
  expect(error).toMatchObject({
    code: 'store_unavailable',
    message:
      'The ledger’s database cannot be reached or changed (ECONNREFUSED): nothing answers at the host and port of ' +
      'LATCHKEY_DATABASE. Check both, and what is in between.',
  })
})

import { describe, expect, test } from 'vitest'
import { readConfig } from '#lib/config.ts'
import { plainProblem } from './database-address.ts'

const DB = 'db.example.com'

/** The host of which the sentence speaks; null where there is none. */
function hostWithoutTls(...given: Parameters<typeof plainProblem>): string | null {
  return /reaches (\S+) without/.exec(plainProblem(...given) ?? '')?.[1] ?? null
}

test.each([
  ['"postgres://u@h/x"', 'must begin with sqlite: or postgres://'],
  ['host=h user=u', 'must begin with sqlite: or postgres://'],
  ['mysql://u:a-secret@h/x', 'must begin with sqlite: or postgres://'],
  ['postgres://u:a-secret@:/%?#@h/x', 'is no address'],
  ['postgres://u:a-secret/1@h/x', 'is no address'],
  // What is before the separator would be a port, or no port at all.
  ['postgres://u:12/a-secret@h/x', 'is no address'],
  ['postgres://localhost:12?a-secret@h/x', 'is no address'],
  ['postgres://u:#a-secret@h/x', 'is no address'],
  ['postgres://u:a-secret@h:5432,i:5432/x', 'with one host'],
])('what is no address of a database is refused without repeating it: %s', (address, said) => {
  const refused = () => readConfig({ LATCHKEY_DATABASE: address })
  expect(refused).toThrow(said)
  expect(refused).not.toThrow('a-secret')
})

test.each([
  'sqlite:/srv/ledger of ours.sqlite',
  'sqlite::memory:',
  'postgres://u:50%off@localhost/x',
  'postgres://u:p@/x?host=/run/postgresql',
  'postgres://localhost/x?user=u@realm&password=p@ss',
  'postgres:///x',
])('what pg and SQLite read is not: %s', (address) => {
  expect(readConfig({ LATCHKEY_DATABASE: address }).database).toBe(address)
})

describe('a PostgreSQL', () => {
  test.each([
    'sqlite:/srv/ledger.sqlite',
    'postgres://u:p@localhost/x',
    'postgres://u:p@127.0.0.1:5432/x?sslmode=disable',
    'postgres://u:p@[::1]/x',
    'postgres://u@localhost/x?host=/run/postgresql',
    'postgres://u@%2Frun%2Fpostgresql/x',
    'postgres://u:p@/x',
    `postgres://u:p@${DB}/x?sslmode=verify-full`,
    `postgresql://u:p@${DB}/x?sslmode=verify-ca&sslrootcert=/ca.pem`,
    `postgres://u:p@${DB}/x?sslmode=require`,
    `postgres://u:p@${DB}/x?ssl=true`,
    `postgres://u:p@localhost/x?host=${DB}&sslmode=verify-full`,
  ])('is on this machine, or proves who it is: %s', (address) => {
    expect(hostWithoutTls(address, {})).toBeNull()
  })

  test.each([
    `postgres://u:p@${DB}/x`,
    `postgresql://u:p@${DB}/x?sslmode=disable`,
    `postgres://u:p@${DB}/x?sslmode=prefer`,
    `postgres://u:p@${DB}/x?sslmode=no-verify`,
    `postgres://u:p@${DB}/x?ssl=0`,
    `postgres://u:p@${DB}/x?uselibpqcompat=true&sslmode=require`,
    // A parameter wins over the address before it.
    `postgres://u:p@localhost/x?host=${DB}`,
    `postgres://u:p@/x?host=${DB}`,
    // The last of several counts.
    `postgres://u:p@/x?host=localhost&host=${DB}`,
    `postgres://u:p@${DB}/x?host=localhost&host=`,
    `postgres://u:p@${DB}/x?sslmode=verify-full&sslmode=disable`,
    `postgres://u:p@${DB}/x?ssl=true&ssl=0`,
  ])('is elsewhere and could be anybody: %s', (address) => {
    expect(hostWithoutTls(address, {})).toBe(DB)
  })

  test('is elsewhere where its name has a stray sign of percent', () => {
    expect(hostWithoutTls('postgres://u:p@db%zz/x', {})).toBe('db%zz')
  })

  test('is what the environment says, where the address is silent', () => {
    expect(hostWithoutTls('postgres:///x', { PGHOST: DB })).toBe(DB)
    expect(hostWithoutTls('postgres:///x', { PGHOST: DB, PGSSLMODE: 'verify-full' })).toBeNull()
    for (const said of ['sslmode=disable', 'ssl=0', 'ssl=']) {
      const address = `postgres://${DB}/x?${said}`
      expect(hostWithoutTls(address, { PGSSLMODE: 'verify-full' })).toBe(DB)
    }
  })

  test('elsewhere and without TLS is refused at the start, unless an operator says so', () => {
    const env = { LATCHKEY_DATABASE: `postgres://issue:a-secret@${DB}/latchkey` }
    const refused = () => readConfig(env)
    expect(refused).toThrow(
      `LATCHKEY_DATABASE reaches ${DB} without TLS that proves who answers, so whoever is in between can read ` +
        'and change the ledger. Add ?sslmode=verify-full to the address; or, where nobody else is on that ' +
        'network, set LATCHKEY_DATABASE_PLAIN=on.',
    )
    expect(refused).not.toThrow('a-secret')
    const { database } = readConfig({ ...env, LATCHKEY_DATABASE_PLAIN: 'on' })
    expect(database).toBe(env.LATCHKEY_DATABASE)
  })
})

import { afterEach, expect, test } from 'vitest'
import { openMailboxes } from './mailboxes.ts'
import {
  closeGraphServers,
  failure,
  graphError,
  json,
  serveGraph,
  status,
} from './testing/graph-server.ts'

/** Where people get mail. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const user = {
  id: ALICE,
  displayName: 'Alice Adler',
  accountEnabled: true,
  mail: 'alice.adler@contoso.example',
  userPrincipalName: 'alice@contoso.example',
  preferredLanguage: 'de-DE',
}

afterEach(closeGraphServers)

async function ask(answer: object | null, oid = ALICE) {
  const handler = answer ? json(answer) : status(404, graphError('Request_ResourceNotFound'))
  const { options, requests } = await serveGraph(handler)
  return { mailbox: openMailboxes(options).mailbox(oid), requests }
}

test('by one question, for what is needed alone', async () => {
  const { mailbox, requests } = await ask(user)
  expect(await mailbox).toEqual({
    address: 'alice.adler@contoso.example',
    name: 'Alice Adler',
    language: 'de-DE',
  })
  expect(requests.map((one) => decodeURIComponent(String(one)))).toEqual([
    expect.stringContaining(
      `/v1.0/users/${ALICE}?$select=id,displayName,accountEnabled,mail,userPrincipalName,preferredLanguage`,
    ),
  ])
})

const UPN = 'alice@contoso.example'
const GUEST = 'alice_home.example#EXT#@contoso.example'
const cases: [string, object, string | null][] = [
  ['without a mailbox', { mail: null }, UPN],
  ['without a mailbox, a guest', { mail: null, userPrincipalName: GUEST }, null],
  ['a guest', { mail: 'alice@home.example', userPrincipalName: GUEST }, 'alice@home.example'],
  ['with two addresses in one', { mail: 'a@b.example, eve@evil.example' }, UPN],
  ['with a line in the address', { mail: 'a@b.example\r\nBcc: eve@evil.example' }, UPN],
  ['with a name around it', { mail: 'Alice <a@b.example>' }, UPN],
  ['disabled', { accountEnabled: false }, null],
  ['of whom it is not said', { accountEnabled: null }, null],
]

test.each(cases)('a person %s', async (_, changes, address) => {
  const found = await (await ask({ ...user, ...changes })).mailbox
  expect(found?.address ?? null).toBe(address)
})

test('nobody, what is no id, and somebody else', async () => {
  expect(await (await ask(null)).mailbox).toBeNull()
  const { mailbox, requests } = await ask(user, '../me')
  expect(await mailbox).toBeNull()
  expect(requests).toEqual([])
  const error = await failure((await ask({ ...user, id: ALICE.replace('a11ce', 'b0b00') })).mailbox)
  expect(error.code).toBe('directory_unavailable')
})

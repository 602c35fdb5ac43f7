import { z } from 'zod'
import type { Mailbox } from '#lib/model.ts'
import type { Mailboxes } from './directory.ts'
import { guid, guidOrNull, STABLE } from './graph-schemas.ts'
import { strayAnswer } from './transport/graph-answer.ts'
import { openGraphClient } from './transport/graph-client.ts'
import type { GraphClientOptions } from './transport/graph-token.ts'

/** Where people get mail, as Microsoft Graph reports it. Nothing of it is kept. */

const schema = z.object({
  id: guid,
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string().min(1),
  preferredLanguage: z.string().nullish(),
})

const SELECT = Object.keys(schema.shape).join(',')

/** Calls Graph at the first question. User.Read.All suffices. */
export function openMailboxes(options: GraphClientOptions): Mailboxes {
  const client = openGraphClient(options)
  return {
    mailbox: async (value) => {
      const oid = guidOrNull(value)
      if (oid === null) return null
      const path = `${STABLE}/users/${oid}?$select=${SELECT}`
      return client.ask(async (calls) => {
        const user = await calls.get(path, schema)
        if (user !== null && user.id !== oid) throw strayAnswer()
        return user?.accountEnabled === true ? mailboxOf(user) : null
      })
    },
  }
}

/**
 * The user principal name counts as the address where there is no other, except of a guest, whose name only
 * looks like one.
 */
function mailboxOf(user: z.infer<typeof schema>): Mailbox | null {
  const { mail, userPrincipalName: upn } = user
  const address = [mail, /#ext#/i.test(upn) ? null : upn].find((text) => text && ADDRESS.test(text))
  if (!address) return null
  return {
    address,
    name: user.displayName || upn,
    language: user.preferredLanguage ?? null,
  }
}

/** No white space, and no character that separates addresses (RFC 5322 section 3.4). */
const ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/

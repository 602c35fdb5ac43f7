'use server'

import { z } from 'zod'
import { action } from '#lib/auth/action.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import { currentLanguage } from '#lib/i18n/language.ts'

const nothing = z.strictObject({})

/** Gives the signed-in person's calendar a new address, in their language. Gives the address. */
export const openCalendar = action(nothing, async (session): Promise<string> => {
  const secret = await authorityOf(session).openCalendar(await currentLanguage())
  return new URL(`/calendar/${secret}.ics`, portal().config.portalUrl).href
})

/** Takes the address away. */
export const closeCalendar = action(nothing, async (session): Promise<null> => {
  await authorityOf(session).closeCalendar()
  return null
})

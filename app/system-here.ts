import { headers } from 'next/headers'
import { type System, systemOfBrowser } from '#lib/system.ts'

/** The system of the browser that asks for this page, as it says itself. */
export async function systemHere(): Promise<System> {
  return systemOfBrowser((await headers()).get('user-agent') ?? '')
}

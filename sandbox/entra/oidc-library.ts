/**
 * oidc-provider, without its warning of every Node that is no long-term release: Latchkey is tried on
 * those too, and whoever starts the sandbox could do nothing about it. Its other words are kept.
 */
const { warn } = console
console.warn = (...said: readonly unknown[]) => {
  if (!String(said[0]).includes('Unsupported runtime')) warn(...said)
}
const library = await import('oidc-provider')
console.warn = warn

export const { Provider, interactionPolicy } = library
export type Provider = InstanceType<typeof Provider>
export type { AccessToken, Context } from 'oidc-provider'

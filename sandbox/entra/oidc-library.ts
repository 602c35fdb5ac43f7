/**
 * Loads oidc-provider without its warning about Node releases without long-term support: Latchkey is tested
 * on those too, and the person who starts the sandbox could do nothing about it. Other warnings are kept.
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

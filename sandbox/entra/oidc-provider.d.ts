/** oidc-provider ships no types; these are the parts that the sandbox uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export type Client = { readonly clientId: string; readonly clientName?: string }

  export type Grant = {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  type Entity = {
    readonly authTime?: number
    readonly accountId?: string
    readonly acr?: string
  }

  export type Context = {
    status: number
    body: unknown
    type: string
    set(headers: Record<string, string>): void
    readonly oidc: {
      readonly route: string
      readonly provider: Provider
      readonly client?: Client
      readonly session?: { readonly accountId?: string }
      readonly params?: Record<string, string | undefined>
      readonly result?: { readonly login?: unknown }
      readonly entities: {
        readonly Account?: { readonly accountId: string }
        readonly AuthorizationCode?: Entity
        readonly RefreshToken?: Entity
        readonly DeviceCode?: Entity
      }
    }
  }

  export type AccessToken = { readonly accountId?: string; readonly clientId: string }

  export type Interaction = {
    readonly uid: string
    readonly prompt: { readonly name: string }
    readonly params: Record<string, unknown>
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    readonly Grant: new (of: {
      clientId: string | undefined
      accountId: string | undefined
    }) => Grant
    readonly Client: { find(id: string): Promise<Client | undefined> }
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    on(event: string, listener: (context: Context, error: Error) => void): void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
    ): Promise<void>
  }

  export const interactionPolicy: {
    readonly Check: new (
      reason: string,
      description: string,
      check: (context: Context) => boolean,
    ) => object
    base(): {
      get(name: string): { readonly checks: { add(check: object): void } }
    }
  }
}

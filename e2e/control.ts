/**
 * The sandbox's control calls: change people and devices, and make Graph fail. Users are named by UPN or
 * object id, devices by any of their ids.
 */
export type Control = {
  /** Resets people and devices to those of a fresh start, without faults. */
  readonly reset: () => Promise<void>
  readonly state: () => Promise<SandboxState>
  readonly changeUser: (user: string, change: Change) => Promise<void>
  readonly changeDevice: (device: string, change: Change) => Promise<void>
  /** Moves a device to the recycle bin, from which it can be restored; with `permanent` it cannot. */
  readonly deleteDevice: (device: string, how?: { readonly permanent: true }) => Promise<void>
  /** Restores a device, which counts as not compliant until it checks in. */
  readonly restoreDevice: (device: string) => Promise<void>
  /** Changes how the tenant is set up, such as which claims its registrations ask for. */
  readonly changeSettings: (change: Change) => Promise<void>
  readonly breakGraph: (fault: string | null) => Promise<void>
  /** Gives an access token for the authority's API, as Entra would issue it to this person or application. */
  readonly token: (
    who: { readonly user: string } | { readonly app: string },
    more?: { readonly version?: 1 | 2; readonly claims?: Change },
  ) => Promise<string>
}

type Plain = string | number | boolean | null
export type Change = Readonly<
  Record<string, Plain | readonly string[] | Readonly<Record<string, string | number>>>
>

export type SandboxState = {
  readonly tenantId: string
  readonly apiAudience: string
  readonly users: readonly {
    readonly oid: string
    readonly upn: string
    readonly displayName: string
    readonly roles: readonly string[]
    readonly enabled: boolean
  }[]
  readonly devices: readonly {
    readonly deviceId: string | null
    readonly intuneId: string | null
    readonly displayName: string
    readonly ownerUpn: string | null
    readonly compliant: boolean
    readonly enabled: boolean
  }[]
}

/** The control calls of the sandbox at this address. */
export function makeControl(sandboxUrl: string): Control {
  async function call(method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${sandboxUrl}/sandbox/${route}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  return {
    reset: async () => void (await call('POST', 'reset')),
    state: async () => (await call('GET', 'state')) as SandboxState,
    changeUser: async (user, change) => void (await call('PATCH', `users/${user}`, change)),
    changeDevice: async (device, change) => void (await call('PATCH', `devices/${device}`, change)),
    deleteDevice: async (device, how) => {
      await call('DELETE', `devices/${device}${how ? '?permanent=true' : ''}`)
    },
    restoreDevice: async (device) => void (await call('POST', `devices/${device}/restore`)),
    changeSettings: async (change) => void (await call('PATCH', 'settings', change)),
    breakGraph: async (graph) => void (await call('POST', 'faults', { graph })),
    token: async (who, more) => {
      const answer = await call('POST', 'token', { ...who, ...more })
      return (answer as { access_token: string }).access_token
    },
  }
}

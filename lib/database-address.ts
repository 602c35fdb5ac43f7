const CHECKED_MODES: readonly string[] = ['require', 'verify-ca', 'verify-full']

/** Gives what is wrong with an address to which TLS does not prove who answers; null where nothing is. */
export function plainProblem(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const host = hostWithoutTls(address, env)
  return host === null
    ? null
    : `LATCHKEY_DATABASE reaches ${host} without TLS that proves who answers, so whoever is in between can read ` +
        'and change the ledger. Add ?sslmode=verify-full to the address; or, where nobody else is on that ' +
        'network, set LATCHKEY_DATABASE_PLAIN=on.'
}

/**
 * Gives the host of a `postgres://` address when it is on another machine and TLS does not prove who answers;
 * null for everything else. As the library `pg` reads it: a parameter wins over the address before it, and
 * the environment over nothing at all. `require` is `verify-full` there, unless the address asks for libpq's rules.
 */
function hostWithoutTls(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (!/^postgres(?:ql)?:/.test(address)) return null
  const url = parsed(address)
  // What is no URL has no host here either, as in `postgres://user@/database`: pg takes PGHOST.
  const given = (name: string) => url?.searchParams.get(name) || null
  const host = given('host') ?? (decodeURIComponent(url?.hostname ?? '') || env.PGHOST || '')
  if (isHere(host)) return null
  const mode = given('sslmode') ?? (/^(?:1|true)$/.test(given('ssl') ?? '') ? 'verify-full' : null)
  const asLibpq = given('uselibpqcompat') === 'true' && given('sslrootcert') === null
  const isChecked = asLibpq
    ? mode === 'verify-full'
    : CHECKED_MODES.includes(mode ?? env.PGSSLMODE ?? '')
  return isChecked ? null : host
}

function parsed(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}

/** Loopback or a socket in a folder. */
function isHere(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1')
  return (
    name === '' ||
    name === 'localhost' ||
    name === '::1' ||
    /^(?:\/|127\.(?:\d+\.){2}\d+$)/.test(name)
  )
}

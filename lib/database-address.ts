const CHECKED_MODES: readonly string[] = ['require', 'verify-ca', 'verify-full']

/** Gives what is wrong with an address, in a sentence without a part of it that may be a password; null where nothing is. */
export function databaseProblem(
  address: string,
  mayBePlain: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  return formProblem(address) ?? (mayBePlain ? null : plainProblem(address, env))
}

function formProblem(address: string): string | null {
  if (address.startsWith('sqlite:')) return null
  if (!/^postgres(?:ql)?:\/\//.test(address)) {
    return 'LATCHKEY_DATABASE must begin with sqlite: or postgres://, without quotation marks.'
  }
  // As the library `pg` reads it: stray signs of percent are encoded, and a host may be missing.
  const read = [address, address.replace('@/', '@localhost/')].find((one) => URL.canParse(one))
  if (read !== undefined && !isCutShort(new URL(read))) return null
  return (
    'LATCHKEY_DATABASE is no address, as postgres://user:password@host:5432/name with one host. In a password ' +
    '@ : / ? # % are written %40 %3A %2F %3F %23 %25.'
  )
}

/** Whether a separator in the password has ended the host: what is behind the last @ is then in another part. */
function isCutShort({ pathname, searchParams, hash }: URL): boolean {
  return [pathname, hash, ...searchParams.keys()].some((part) => part.includes('@'))
}

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
 * null for everything else. As the library `pg` reads it: a parameter wins over the address before it, the last of
 * several over the others, and the environment over nothing at all. `require` is `verify-full` there, unless the address asks for libpq's rules.
 */
function hostWithoutTls(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (!/^postgres(?:ql)?:/.test(address)) return null
  const { name, parameters } = parsed(address)
  const given = (key: string) => parameters.getAll(key).at(-1) || null
  const host = given('host') ?? (name || env.PGHOST || '')
  if (isHere(host)) return null
  const mode = given('sslmode') ?? modeOf(given('ssl'), parameters.has('ssl')) ?? env.PGSSLMODE
  const asLibpq = given('uselibpqcompat') === 'true' && given('sslrootcert') === null
  const isChecked = asLibpq ? mode === 'verify-full' : CHECKED_MODES.includes(mode ?? '')
  return isChecked ? null : host
}

/** Whatever `ssl` says, also nothing, the environment is not asked any more. */
function modeOf(ssl: string | null, isGiven: boolean): string | null {
  if (/^(?:1|true)$/.test(ssl ?? '')) return 'verify-full'
  return isGiven ? 'disable' : null
}

type Address = { readonly name: string; readonly parameters: URLSearchParams }

/** `postgres://user@/database`, without a host, is no URL; pg puts a name there for the time of reading. */
function parsed(address: string): Address {
  try {
    const { hostname, searchParams } = new URL(address)
    return { name: decoded(hostname), parameters: searchParams }
  } catch {
    const [, query = ''] = address.split(/\?(.*)/s)
    return { name: '', parameters: new URLSearchParams(query.replace(/#.*/s, '')) }
  }
}

/** A stray sign of percent is one. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
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

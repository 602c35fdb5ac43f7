import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { oncePer } from '#lib/pki/once-per.ts'

/** Gives the name of the CRL partition for a certificate that is made at this moment: its month in UTC. */
export function partitionAt(moment: Date): string {
  return moment.toISOString().slice(0, 'YYYY-MM'.length)
}

/** Gives the address of a partition or delta CRL, derived from the address of the full CRL. */
export function crlUrl(fullUrl: string, name: string): string {
  return new URL(`${name}.crl`, fullUrl).href
}

/**
 * Gives the issuer for a certificate that is made now. Its distribution point is the partition of this month,
 * so that a large CRL can be published in parts (RFC 5280 section 5.2.5). While the CRL is small, the full
 * CRL is served at the same address.
 */
export function issuerAt(issuer: Issuer, now: Date): Issuer {
  const { urls } = issuer
  if (urls.crl === null) return issuer
  const months = monthsOf(issuer)
  const month = partitionAt(now)
  const known = months.get(month)
  if (known) return known
  const made = { ...issuer, urls: { ...urls, crl: crlUrl(urls.crl, month) } }
  // Certificates are made of the present month, so only that is kept.
  months.clear()
  months.set(month, made)
  return made
}

const monthsOf = oncePer((_: Issuer) => new Map<string, Issuer>())

/** Gives the names of all partitions between two moments, both included. */
export function partitionsBetween(from: Date, to: Date): readonly string[] {
  const names: string[] = []
  const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1))
  while (month <= to) {
    names.push(partitionAt(month))
    month.setUTCMonth(month.getUTCMonth() + 1)
  }
  return names
}

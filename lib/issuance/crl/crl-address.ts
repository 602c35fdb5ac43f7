import type { Issuer } from '#lib/pki/certificate/profile.ts'

/** Name of the partition that a certificate of this moment belongs to: its month, in UTC. */
export function partitionAt(moment: Date): string {
  return moment.toISOString().slice(0, 'YYYY-MM'.length)
}

/** Address of one list beside the full CRL, whose address is given. */
export function crlUrl(fullUrl: string, name: string): string {
  return new URL(`${name}.crl`, fullUrl).href
}

/**
 * The issuer for a certificate that is made now: its distribution point is its own partition, so
 * that a large CRL can be published in parts. Small ones are served whole at the same address.
 */
export function issuerAt(issuer: Issuer, now: Date): Issuer {
  const { urls } = issuer
  if (urls.crl === null) return issuer
  return { ...issuer, urls: { ...urls, crl: crlUrl(urls.crl, partitionAt(now)) } }
}

/** The partitions from one moment to another, both included. */
export function partitionsBetween(from: Date, to: Date): readonly string[] {
  const names: string[] = []
  const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1))
  while (month <= to) {
    names.push(partitionAt(month))
    month.setUTCMonth(month.getUTCMonth() + 1)
  }
  return names
}

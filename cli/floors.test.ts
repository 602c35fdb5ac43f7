import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '#cli/programs.ts'

/** Known faults of dependencies, each with the release that fixed it. */
const FLOORS: readonly (readonly [name: string, version: string, fault: string])[] = [
  ['next', '16.3.8', 'a cache that strangers can fill, GHSA-4jqv-mc3x-m676'],
  ['react', '19.2.8', 'CVE-2026-44907'],
  ['react-dom', '19.2.8', 'CVE-2026-44907'],
  ['next-auth', '4.24.15', 'a malformed Bearer token that throws, CVE-2026-73418'],
  ['asn1js', '3.0.8', 'nesting without a limit'],
]

const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version?: string }>
}

test.each(FLOORS)('UPG-12: %s is at least %s, which fixed %s', (name, floor) => {
  const versions = Object.entries(packages)
    .filter(([where]) => where.endsWith(`node_modules/${name}`))
    .map(([, { version = '' }]) => version)
  expect(versions).not.toEqual([])
  for (const version of versions) expect(compare(version, floor), version).toBeGreaterThanOrEqual(0)
})

/** Compares releases, which have three numbers. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (const [index, number] of (left ?? []).entries()) {
    const difference = number - (right?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

import { randomBytes } from 'node:crypto'
import type { Directory } from '#lib/directory/directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { openLedger } from '#lib/ledger/open.ts'
import type { Device, DirectoryUser } from '#lib/model.ts'
import { readIssuer } from '#lib/pki/issuer.ts'
import { alice, laptop, now, policy } from '#lib/policy/testing/facts.ts'
import { makeIssuingRoot } from '#lib/signer/ceremony.ts'
import { signerOf } from '#lib/signer/key.ts'

/** What the directory of the test holds; change it in the middle of a test. */
export type TestDirectory = {
  users: DirectoryUser[]
  devices: Device[]
  /** When set, every question throws it. */
  trouble: Error | null
  /** Called before each question is answered. */
  onAsk: () => void
}

/** A real CA and a real ledger in memory, and a directory that the test holds in its hand. */
export async function testAuthority(change: Partial<Authority> = {}) {
  const directory: TestDirectory = {
    users: [alice],
    devices: [laptop],
    trouble: null,
    onAsk: () => undefined,
  }
  const clock = { now }
  const ca = await makeIssuingRoot(
    { key: 'ec-p256', name: 'Test CA', organization: 'Contoso', years: 10 },
    { now: new Date(now.getTime() - 86_400_000), randomBytes: (length) => randomBytes(length) },
  )
  const issuer = readIssuer([...ca.chain], {
    caIssuers: 'https://localhost:8443/ca',
    ocsp: 'http://localhost:8080/ocsp',
    crl: null,
  })
  const ledger = await openLedger('sqlite::memory:')
  const signed: Uint8Array[] = []
  const signer = signerOf(ca.key)
  const authority: Authority = {
    issuer,
    signer: {
      ...signer,
      sign: (tbs) => {
        signed.push(tbs)
        return signer.sign(tbs)
      },
    },
    ledger,
    directory: directoryOf(directory),
    policy,
    quota: null,
    now: () => clock.now,
    randomBytes: (length) => randomBytes(length),
    failpoint: () => undefined,
    ...change,
  }
  return { authority, directory, clock, signed }
}

function directoryOf(held: TestDirectory): Directory {
  const ask = <T>(answer: () => T) => {
    held.onAsk()
    return held.trouble ? Promise.reject(held.trouble) : Promise.resolve(answer())
  }
  return {
    user: (oid) => ask(() => held.users.find((user) => user.oid === oid) ?? null),
    devicesOf: (oid) => ask(() => held.devices.filter((device) => isOwner(device, oid))),
    devicesWithId: (id) =>
      ask(() => held.devices.filter((device) => device.deviceId === id || device.intuneId === id)),
  }
}

function isOwner(device: Device, oid: string): boolean {
  return device.entraOwnerOids.includes(oid) || device.intuneOwnerOid === oid
}

import { type KeyObject, randomBytes } from 'node:crypto'
import { passphraseForNew } from '#cli/ca-passphrase.ts'
import type { Config } from '#lib/config.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { makeFolder, type NewFile } from '#lib/signer/ca-folder.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf } from '#lib/signer/issuer-files.ts'
import { rootStatusText } from '#lib/signer/root-status-file.ts'
import {
  type IssuingOptions,
  makeIssuingRoot,
  makeRootAndIssuingCa,
} from '#lib/signer/testing/ceremony.ts'

/**
 * Makes a CA in the data folder: a root that issues, or with `issuingCa` a root and an issuing CA
 * under it. The keys are encrypted PKCS#8, as operators may bring them: those of our own ceremony take
 * half a second to seal and to open, on purpose, and the tests of the ceremony and of the start have them.
 */
export async function bringCa(
  config: Config,
  issuingCa: Partial<IssuingOptions> | null = null,
): Promise<void> {
  const options: IssuingOptions = {
    key: 'ec-p256',
    name: issuingCa ? 'Contoso Issuing CA' : 'Latchkey Sandbox CA',
    organization: 'Contoso',
    years: 10,
    statusUrl: config.statusUrl,
    crlDays: 365,
    ...issuingCa,
  }
  const make = issuingCa ? makeRootAndIssuingCa : makeIssuingRoot
  const { chain, key, root } = await make(options, { now: new Date(), randomBytes })
  const { passphrase, own } = passphraseForNew(config)
  const pems = chain.map((der) => toPem('CERTIFICATE', der))
  await makeFolder(caFolderOf(config.dataDir), [
    { name: CA_FILES.certificate, content: pems[0] ?? '', mode: 0o644 },
    { name: CA_FILES.chain, content: pems.join(''), mode: 0o644 },
    keyFile(CA_FILES.broughtKey, key, passphrase),
    ...(root
      ? [
          keyFile(CA_FILES.rootKey, root.key, passphrase),
          { name: CA_FILES.rootStatus, content: rootStatusText(root.status), mode: 0o644 } as const,
        ]
      : []),
    ...(own ? [{ name: OWN_PASSPHRASE, content: `${passphrase}\n`, mode: 0o600 } as const] : []),
  ])
}

function keyFile(name: string, key: KeyObject, passphrase: string): NewFile {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const
  return { name, content: key.export(options).toString(), mode: 0o600 }
}

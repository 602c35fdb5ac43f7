import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'

/** The list of what is in a backup, by which each file is checked before anything of it is used. */

export const MANIFEST = 'manifest.json'
const FORMAT = 'latchkey-backup-1'

/**
 * What a backup of ours has. A manifest is no proof of who made it, so nothing else is restored: by a
 * session.secret that somebody else chose they would sign in as anybody.
 */
const FILE_NAME =
  /^(?:ledger\.(?:sqlite|mark)|signatures\.log|published\.crl|(?:ca|ca-request|tls(?!\/server\.pem$))\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,100})$/

/** Whether a backup can have a file of this name. */
export const isFileName = (name: string): boolean => FILE_NAME.test(name)

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT, { error: 'another release made it' }),
  /** ISO 8601. */
  madeAt: z.string(),
  /** What the ledger was on; in the backup it is a file of SQLite in any case. */
  engine: z.enum(['sqlite', 'postgres']),
  ledger: z.object({
    identity: z.string(),
    schema: z.number(),
    sequence: z.number(),
    headHash: z.string(),
    rows: z.record(z.string(), z.number()),
  }),
  files: z.array(
    z.strictObject({ name: z.string().regex(FILE_NAME), octets: z.number(), sha256: z.string() }),
  ),
  /** What is not in it, and why. */
  leftOut: z.array(z.strictObject({ what: z.string(), why: z.string() })),
})

export type Manifest = z.infer<typeof manifestSchema>
export type ManifestFile = Manifest['files'][number]

/** Gives the text of the file. */
export function manifestText(manifest: Omit<Manifest, 'format'>): string {
  return `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`
}

/** Reads it from the folder of a backup. Throws LatchkeyError with a sentence. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(path.join(folder, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw new LatchkeyError(
      'store_unavailable',
      `${folder} is no whole backup: ${MANIFEST} is missing.`,
      {
        cause,
      },
    )
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    const message = `The ${MANIFEST} of ${folder} is damaged, or of another release.`
    throw new LatchkeyError('store_unavailable', message, { cause })
  }
}

/** Size and SHA-256 of a file. */
export async function measure(folder: string, name: string): Promise<ManifestFile> {
  const hash = createHash('sha256')
  let octets = 0
  for await (const chunk of createReadStream(path.join(folder, name))) {
    hash.update(chunk as Buffer)
    octets += (chunk as Buffer).length
  }
  return { name, octets, sha256: hash.digest('hex') }
}

import { type LedgerFinding, verifyLedger } from '#lib/ledger/audit/verify.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import type { RootReading } from '#lib/pki/ocsp/root-status.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { reconcileRows } from './consistency.ts'
import { reconcileCrls } from './crls.ts'
import type { Finding, Part } from './finding.ts'
import { reconcileOcsp } from './ocsp.ts'
import type { CrlRules } from './published.ts'
import { reconcileRoot } from './root.ts'
import { reconcileSignatures, type SignatureLogs } from './signatures.ts'
import { readTrail } from './trail.ts'

/**
 * Compares ledger, audit chain, published CRLs, the running authority's OCSP responses and the signer's log.
 * It only reads, needs no key, and may run beside a running authority.
 */

export type Sides = {
  readonly store: Store
  readonly ledger: Ledger
  readonly issuer: Issuer
  readonly policy: Policy
  readonly directoryBudgetMs: number
  readonly now: () => Date
  readonly signatureLogs: SignatureLogs
  readonly crls: Omit<CrlRules, 'isStopped'>
  /** The root's status; null where the root is not one of our key ceremony. */
  readonly root: RootReading | null
  /** The configured address of the status service. */
  readonly statusUrl: string
  /** Address of OCSP; null when the authority is stopped on purpose. */
  readonly ocspUrl: string | null
}

export type Reconciliation = {
  readonly ok: boolean
  readonly findings: readonly Finding[]
  /** What could not be compared, and why. */
  readonly notes: readonly string[]
  readonly counts: {
    readonly certificates: number
    readonly records: number
    readonly crlEntries: number
    readonly ocspAnswers: number
    readonly signatures: number
  }
  /** Hash of the last audit record, for the operator to keep elsewhere. */
  readonly headHash: string
}

export async function reconcile(sides: Sides): Promise<Reconciliation> {
  const { store, ocspUrl } = sides
  const verification = await verifyLedger(store)
  const isReadable = verification.ok || (await canBeRead(sides))
  const { signatures, crls } = isReadable ? await besideTrail(sides) : UNREADABLE
  const ocsp = ocspUrl === null ? NOT_ASKED : await reconcileOcsp(sides, ocspUrl)
  const rows = await reconcileRows(store, sides, { lateAfterMs: sides.crls.lateAfterMs })
  const root = reconcileRoot(sides.root, sides.statusUrl, sides.now())
  const parts = [signatures, crls, ocsp, rows, root]
  const findings = [
    ...verification.findings.map(auditFinding),
    ...parts.flatMap((part) => part.findings),
  ]
  return {
    ok: findings.length === 0,
    findings,
    notes: parts.flatMap(({ notes }) => notes),
    counts: {
      certificates: verification.certificates,
      records: verification.records,
      crlEntries: crls.count,
      ocspAnswers: ocsp.count,
      signatures: signatures.count,
    },
    headHash: verification.headHash,
  }
}

type BesideTrail = { readonly signatures: Part; readonly crls: Part }

/** Compares what the audit records are needed for. */
async function besideTrail(sides: Sides): Promise<BesideTrail> {
  const { store, ledger, issuer, ocspUrl, signatureLogs } = sides
  const read = () => readTrail(ledger, issuer.id)
  const signatures = await reconcileSignatures(store, ledger, issuer.id, read, signatureLogs)
  const rules = { ...sides.crls, isStopped: ocspUrl === null }
  return { signatures, crls: await reconcileCrls(sides, rules, signatures.trail) }
}

/** Records that are no JSON give no further findings. */
async function canBeRead({ ledger, issuer }: Sides): Promise<boolean> {
  return readTrail(ledger, issuer.id).then(
    () => true,
    () => false,
  )
}

const NOTHING: Part = { findings: [], notes: [], count: 0 }
const UNREADABLE: BesideTrail = {
  signatures: {
    ...NOTHING,
    notes: ['Signatures and CRLs were not compared: a record cannot be read.'],
  },
  crls: NOTHING,
}

const NOT_ASKED: Part = { ...NOTHING, notes: ['OCSP was not asked.'] }

function auditFinding({ about, index, serial, message }: LedgerFinding): Finding {
  const other = index === null ? message : `${message} (record ${index})`
  return { check: 'audit', serial, ledger: `the ${about}`, other }
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ada, apply, d1, object, planWith } from '#lib/ledger/testing/directory.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import { issueSample, NOW } from '#lib/ledger/testing/samples.ts'

describe.each(testEngines())('a plan that changes certificates on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('does not apply when what else they depend on is different by then', async () => {
    const { ledger } = await openTestLedger(await engine.newDatabase())
    await issueSample(ledger, '01')
    await apply(ledger, [object(ada, { disabledSince: NOW }), object(d1)], 'mark')
    // Ada is enabled again, and nothing else stops the certificate.
    const plan = await planWith(ledger, [object(ada)], 'unmark')
    const beside = [{ ...d1, version: 1 }]
    await apply(ledger, [object(d1, { disabledSince: NOW })])
    expect(await ledger.applyPlan({ ...plan, beside }, null)).toBe(false)
    const [certificate] = await ledger.boundCertificates([d1])
    expect(certificate?.isMarked).toBe(true)
    const again = [{ ...d1, version: 2 }]
    expect(await ledger.applyPlan({ ...plan, beside: again }, null)).toBe(true)
    const absent = [{ kind: 'user', id: 'nobody', version: 1 }] as const
    const next = await planWith(ledger, [object(ada)], 'mark')
    expect(await ledger.applyPlan({ ...next, beside: absent }, null)).toBe(false)
    await ledger.close()
  })
})

import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { vaultSetting } from '#lib/signer-setting.ts'
import { type DoubleKeyType, startVaultDouble } from './vault-double.ts'

/**
 * The double of a vault as a program, for tests and measurements whose authority is a program too:
 *
 *   node cli/run.js lib/signer/testing/vault-process.ts --folder DIR [--port N] [--control-port N]
 *     [--type ec-p256] [--hsm] [--per-second N]
 *
 * It writes its CA to DIR, and to DIR/vault.json and its output one line of JSON: `env`, which a program needs to have its CA key there,
 * and `control`, an address. There, POST /behaviour takes what `Behaviour` has, as
 * `{"perSecond":25,"retryAfter":1}` or `{"silent":true}`; POST /heal ends all of it; GET /seen counts.
 */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    type: { type: 'string', default: 'ec-p256' },
    hsm: { type: 'boolean', default: false },
    'per-second': { type: 'string' },
  },
})

const vault = await startVaultDouble({
  port: Number(values.port),
  controlPort: Number(values['control-port']),
})
// What it does not know fails when the key is made.
const key = vault.makeKey('ca', { type: values.type as DoubleKeyType, hsm: values.hsm })
if (values['per-second']) vault.change({ perSecond: Number(values['per-second']), retryAfter: 1 })
const ca = path.resolve(values.folder, 'vault-ca.pem')
writeFileSync(ca, vault.ca)
const env = { ...vault.env, NODE_EXTRA_CA_CERTS: ca, LATCHKEY_SIGNER: vaultSetting(key) }
const line = `${JSON.stringify({ env, control: vault.control })}\n`
// Whole at once, for who waits for it.
writeFileSync(path.join(values.folder, '.vault.json'), line)
renameSync(path.join(values.folder, '.vault.json'), path.join(values.folder, 'vault.json'))
process.stdout.write(line)

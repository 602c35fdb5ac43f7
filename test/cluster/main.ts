import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readConfig } from '#lib/config.ts'
import { startCluster } from './cluster.ts'

/**
 * A whole cluster in place of `npm start`, on the same ports and in the same data folder, until SIGTERM: for the
 * browser tests (`npm run e2e:cluster`).
 */

const SIGNER_VARIABLES = /^(?:AZURE_|IDENTITY_|LATCHKEY_SIGNER$|NODE_EXTRA_CA_CERTS$)/
const config = readConfig()
/** Where the CA key is, when it is not in a file. */
const signer = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => SIGNER_VARIABLES.test(name)),
)
mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
const cluster = await startCluster({
  folder: config.dataDir,
  ports: {
    portal: config.PORTAL_PORT,
    authority: config.AUTHORITY_PORT,
    tls: config.AUTHORITY_TLS_PORT,
    sandbox: config.SANDBOX_PORT,
  },
  authorities: 3,
  portals: 2,
  env: signer,
})
// Where tests look for them, as beside a single authority.
symlinkSync(path.dirname(cluster.tlsCaFile), path.join(config.dataDir, 'tls'))
writeFileSync(path.join(config.dataDir, 'database'), cluster.postgres.url)
const portalPorts = cluster.portals.map((portal) => portal.config.PORTAL_PORT)
writeFileSync(path.join(config.dataDir, 'portals'), JSON.stringify(portalPorts))
console.log(`ready at ${config.portalUrl}`)
process.once('SIGTERM', () => void cluster.stop().then(() => process.exit(0)))

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

/**
 * For Kubernetes, before the authority starts: `node deploy/take-ca.js SECRET FOLDER DATA` copies the CA's
 * files from where a Secret is mounted into a folder for this account alone, and makes it the folder `ca` of
 * the data folder. A Secret's files are symbolic links that a group may read, and such a key is refused.
 */
const [secret = '', folder = '', data = ''] = process.argv.slice(2)

for (const made of [folder, data]) {
  mkdirSync(made, { recursive: true, mode: 0o700 })
  chmodSync(made, 0o700)
}
for (const name of readdirSync(secret).filter((each) => !each.startsWith('.'))) {
  writeFileSync(path.join(folder, name), readFileSync(path.join(secret, name)), { mode: 0o600 })
}
rmSync(path.join(data, 'ca'), { force: true })
symlinkSync(folder, path.join(data, 'ca'))

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder with a CA of three steps, keys, and files of every form that people have, made by OpenSSL. */
export function makeFiles() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-doctor-'))
  const at = (name: string) => path.join(folder, name)
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const write = (name: string, octets: Uint8Array | string) => writeFileSync(at(name), octets)
  const read = (name: string) => new Uint8Array(readFileSync(at(name)))

  const key = (name: string, ...how: string[]) => openssl('genpkey', ...how, '-out', `${name}.key`)
  const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
  for (const name of ['root', 'ca', 'leaf', 'other']) key(name, ...curve)
  key('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
  const ca = 'basicConstraints=critical,CA:TRUE'
  const subject = (name: string) => ['-subj', `/CN=${name}`]
  openssl(
    'req',
    '-x509',
    '-key',
    'root.key',
    ...subject('Root'),
    '-days',
    '3650',
    '-out',
    'root.pem',
  )
  const request = (name: string, keyName = name) =>
    openssl('req', '-new', '-key', `${keyName}.key`, ...subject(name), '-out', `${name}.csr`)
  const sign = (name: string, issuer: string, extensions: string, ...how: string[]) => {
    write('ext', extensions)
    const by = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-extfile', 'ext']
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-days',
      '365',
      ...how,
      '-out',
      `${name}.pem`,
    )
  }
  for (const name of ['ca', 'leaf', 'rsa']) request(name)
  sign('ca', 'root', ca)
  const client =
    'extendedKeyUsage=clientAuth\nsubjectAltName=otherName:msUPN;UTF8:a@contoso.example'
  sign('leaf', 'ca', client)
  sign('rsa', 'ca', client)
  write('chain.pem', Buffer.concat([read('ca.pem'), read('root.pem')]))

  /** PKCS#12 of the leaf, its key and its chain; `how` comes last and wins. */
  const pkcs12 = (password: string, ...how: string[]) => {
    const what = ['-inkey', 'leaf.key', '-in', 'leaf.pem', '-certfile', 'chain.pem']
    openssl('pkcs12', '-export', ...what, '-passout', `pass:${password}`, '-out', 'out.p12', ...how)
    return read('out.p12')
  }
  return {
    ...{ at, folder, openssl, write, read, request, sign, pkcs12 },
    close: () => rmSync(folder, { recursive: true }),
  }
}

export type Files = ReturnType<typeof makeFiles>

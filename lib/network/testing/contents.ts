import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { NetworkContents } from '#lib/network/forms.ts'
import type { Network } from '#lib/network/network.ts'
import { makePkcs12Lock, writePkcs12 } from '#lib/pki/pkcs12/pkcs12.ts'
import { modernProtection } from '#lib/pki/pkcs12/pkcs12-modern.ts'
import { derOfPemFile } from '#lib/testing/pem-file.ts'

const PASSWORD = 'ABCDEFGHJKLMNPQRSTUV'

/**
 * A folder with a client's key, certificate and CA and a RADIUS root, all made by OpenSSL, and what goes into the
 * settings of a network for them. The names have characters that the formats have to escape.
 */
export async function makeContents() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-network-'))
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  for (const name of ['ca', 'radius', 'leaf']) {
    openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-subj', `/CN=${name}`, '-out', name)
  }
  const at = (name: string) => path.join(folder, name)
  const der = (name: string) => derOfPemFile(at(name))
  const privateKey = der('leaf.key')
  const pkcs12 = await writePkcs12(
    { privateKey, certificates: [der('leaf')], friendlyName: 'alice' },
    await makePkcs12Lock(modernProtection, PASSWORD, (length) =>
      crypto.getRandomValues(new Uint8Array(length)),
    ),
  )
  const radius = Buffer.from(der('radius')).toString('base64')
  const office: Network = {
    name: 'Contoso <Büro> & "Gäste"',
    kind: 'wifi',
    ssid: ' Café\\;=#',
    servers: ['radius.contoso.example', 'radius2.contoso.example'],
    roots: [radius, Buffer.from(der('ca')).toString('base64')],
  }
  const contents: NetworkContents = {
    networks: [office],
    holder: { identity: 'alice@contoso.example', issuerName: 'ca', fileBase: 'alice' },
    organization: 'Contoso & Söhne',
    title: 'Certificate of alice',
    pkcs12,
    password: PASSWORD,
    chain: [der('ca')],
    notAfter: new Date('2027-11-22T12:00:00.500Z'),
    uuid: randomUUID,
  }
  const wired: Network = { ...office, name: 'Desk', kind: 'wired', ssid: null, roots: [radius] }
  const vpn: Network = { ...wired, name: 'Tunnel', kind: 'vpn' }
  return {
    contents,
    office,
    wired,
    vpn,
    at,
    openssl,
    write: (name: string, octets: Uint8Array | string) => writeFileSync(at(name), octets),
    read: (name: string) => readFileSync(at(name)),
    close: () => rmSync(folder, { recursive: true }),
  }
}

import { createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { idsOf, KEY_ID } from './tenant.ts'

/**
 * A stand-in for Entra ID and Microsoft Graph that answers at once and knows everyone, so that a measurement
 * shows the cost of the authority and not of the directory. A separate process, with the port and the public
 * key of the tenant's tokens as arguments.
 */

const [port = '', keyPem = ''] = process.argv.slice(2)
const jwk = createPublicKey(keyPem).export({ format: 'jwk' })
const keySet = { keys: [{ ...jwk, kid: KEY_ID, use: 'sig' }] }
const token = { token_type: 'Bearer', expires_in: 86_400, access_token: 'bench' }
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const send = (status: number, body: unknown) => {
    const sent = JSON.stringify(body)
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(sent),
    })
    response.end(sent)
  }
  const url = request.url ?? ''
  if (url.endsWith('/$batch')) {
    void text(request).then((body) => send(200, answerBatch(url, body)))
    return
  }
  request.resume()
  send(...answer(decodeURIComponent(url), request.headers.host ?? ''))
}).listen(Number(port), '127.0.0.1')

type Batch = { readonly requests: readonly { readonly id: string; readonly url: string }[] }

function answerBatch(url: string, body: string): unknown {
  const version = url.slice(0, url.lastIndexOf('/'))
  const { requests } = JSON.parse(body) as Batch
  const responses = requests.map((one) => {
    const [status, body] = answer(decodeURIComponent(version + one.url), '')
    return { id: one.id, status, headers: { 'Content-Type': 'application/json' }, body }
  })
  return { responses: responses.toReversed() }
}

function answer(url: string, host: string): readonly [number, unknown] {
  if (url.includes('/discovery/')) return [200, keySet]
  const [, issuer] = /^(.+)\/\.well-known\//.exec(url) ?? []
  if (issuer !== undefined) return [200, { issuer: `http://${host}${issuer}` }]
  if (url.includes('/oauth2/')) return [200, token]
  const path = url.replace(/^\/[\w.]+/, '').split('?')[0] ?? ''
  const id = GUID.exec(url)?.[0] ?? ''
  if (path.startsWith('/users/')) return [200, user(id)]
  if (path.endsWith('/users')) return [200, { value: [{ id: idsOf(id).oid }] }]
  if (path === '/devices') return [200, { value: [device(id)] }]
  if (path === '/deviceManagement/managedDevices') return [200, { value: [managedDevice(id)] }]
  if (id.startsWith('e')) return [200, managedDevice(id)]
  return [404, { error: { code: 'ResourceNotFound' } }]
}

function user(id: string) {
  const { oid, upn } = idsOf(id)
  return {
    id: oid,
    userPrincipalName: upn,
    displayName: `Bench ${oid.slice(0, 8)}`,
    accountEnabled: true,
    userType: 'Member',
  }
}

function device(id: string) {
  const { oid, deviceId } = idsOf(id)
  return {
    id: `b${oid.slice(1)}`,
    deviceId,
    displayName: `BENCH-${deviceId.slice(0, 8)}`,
    accountEnabled: true,
    isCompliant: true,
    isManaged: true,
    operatingSystem: 'Windows',
    operatingSystemVersion: '10.0.26200.6901',
    model: 'Bench',
    registeredOwners: [{ id: oid }],
  }
}

function managedDevice(id: string) {
  const { oid, deviceId, intuneId } = idsOf(id)
  return {
    id: intuneId,
    userId: oid,
    deviceName: `BENCH-${deviceId.slice(0, 8)}`,
    operatingSystem: 'Windows',
    osVersion: '10.0.26200.6901',
    model: 'Bench',
    azureADDeviceId: deviceId,
    complianceState: 'compliant',
    managementState: 'managed',
    enrolledDateTime: '2026-01-01T00:00:00Z',
  }
}

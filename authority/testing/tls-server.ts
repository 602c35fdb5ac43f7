import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '#lib/testing/free-port.ts'
import { find } from '#lib/testing/judge.ts'

/**
 * Other people's servers as relying parties: each requires a client certificate and checks the status of the
 * whole chain. Debian's packages, with a configuration in a temporary folder, listening on loopback.
 */
export type TlsServer = {
  /** Gives 'let in' or 'refused', after a complete TLS handshake with a request. */
  readonly connect: (certificatePem: string, keyPem: string) => Promise<'let in' | 'refused'>
  /** What the server logged since the last call. */
  readonly said: () => string
  readonly close: () => Promise<void>
}

export type ServerKind = {
  /** Name of the server in test titles. */
  readonly title: string
  /** How it gets the status. */
  readonly asks: 'OCSP' | 'lists'
  readonly program: string
  readonly files: (place: Place) => Readonly<Record<string, string>>
  readonly args: (place: Place) => readonly string[]
}

type Place = { readonly folder: string; readonly port: number }

/** The two files that every server reads. */
export type Trust = {
  /** Issuing CA and root, PEM. */
  readonly chain: string
  /** Their CRLs, PEM. */
  readonly crls: string
}

const NGINX = {
  program: 'nginx',
  args: ({ folder }: Place) => ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`],
}

export const SERVERS: readonly ServerKind[] = [
  {
    ...NGINX,
    title: 'nginx with ssl_ocsp on',
    asks: 'OCSP',
    files: (place) => ({ 'nginx.conf': nginx(place, 'ssl_ocsp on;') }),
  },
  {
    ...NGINX,
    title: 'nginx with ssl_crl',
    asks: 'lists',
    files: (place) => ({ 'nginx.conf': nginx(place, `ssl_crl ${place.folder}/crls.pem;`) }),
  },
  {
    title: 'Apache with SSLCARevocationCheck chain',
    asks: 'lists',
    program: 'apache2',
    files: (place) => ({ 'apache.conf': apache(place), 'index.html': 'in\n' }),
    args: ({ folder }) => ['-d', folder, '-f', `${folder}/apache.conf`, '-DFOREGROUND'],
  },
  {
    title: 'HAProxy with crl-file',
    asks: 'lists',
    program: 'haproxy',
    files: (place) => ({ 'haproxy.cfg': haproxy(place) }),
    args: ({ folder }) => ['-db', '-f', `${folder}/haproxy.cfg`],
  },
]

const READY_MAX_MS = 20_000

export async function startTlsServer(kind: ServerKind, trust: Trust): Promise<TlsServer> {
  const place = {
    folder: mkdtempSync(path.join(tmpdir(), 'latchkey-tls-')),
    port: await freePort(),
  }
  const { folder, port } = place
  // Apache's worker processes read the folder as another account; the key is read before.
  chmodSync(folder, 0o755)
  makeServerCertificate(folder)
  const files = { 'chain.pem': trust.chain, 'crls.pem': trust.crls, ...kind.files(place) }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), content)
  }
  const child = spawn(find(kind.program) ?? kind.program, kind.args(place), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  }
  const close = async () => {
    await end(child)
    rmSync(folder, { recursive: true })
  }
  await ready(child, port).catch(async (error: unknown) => {
    await close()
    throw new Error(`${kind.title} does not start:\n${text}`, { cause: error })
  })
  return {
    connect: (certificate, key) => connect(port, certificate, key),
    said: () => {
      const since = text
      text = ''
      return since
    },
    close,
  }
}

/** Waits until the server accepts connections; its end before that is an error. */
async function ready(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + READY_MAX_MS
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`)
    if (await ask(port, {}).then(() => true, isRefusedAbove)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('It takes no connections.')
}

/** Whether the error came from TLS, which means that the server listens. */
function isRefusedAbove(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code !== 'ECONNREFUSED'
}

/** nginx answers with 400 where other servers end the handshake. */
async function connect(port: number, cert: string, key: string): Promise<'let in' | 'refused'> {
  try {
    const status = await ask(port, { cert, key })
    if (status === 200) return 'let in'
    if (status === 400) return 'refused'
    throw new Error(`The server answers ${status}.`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^ERR_SSL_|^EPROTO$|^ECONNRESET$/.test(code)) return 'refused'
    throw error
  }
}

function ask(port: number, client: { cert?: string; key?: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = https.request({
      ...client,
      ...{ host: '127.0.0.1', port, path: '/', agent: false, rejectUnauthorized: false },
    })
    request.setTimeout(15_000, () => request.destroy(new Error('The server does not answer.')))
    request.once('error', reject)
    request.once('response', (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
    request.end()
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // SIGTERM, so that a parent process ends its children.
  child.kill('SIGTERM')
  await ended
}

/** The server's certificate is unrelated to our CA; the client does not check it. */
function makeServerCertificate(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  const names = ['-subj', '/CN=server.contoso.example', '-days', '2']
  const out = ['-keyout', 'server.key', '-out', 'server.crt']
  execFileSync('openssl', ['req', '-x509', ...key, ...names, ...out], {
    cwd: folder,
    stdio: 'pipe',
  })
  const both = ['server.crt', 'server.key'].map((name) => readFileSync(path.join(folder, name)))
  writeFileSync(path.join(folder, 'server.pem'), Buffer.concat(both))
}

function nginx({ folder, port }: Place, status: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi']
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr info;
events { worker_connections 64; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/server.crt;
    ssl_certificate_key ${folder}/server.key;
    ssl_client_certificate ${folder}/chain.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    ${status}
    location / { return 200 in; }
  }
}
`
}

function apache({ folder, port }: Place): string {
  const modules = ['mpm_event', 'authz_core', 'dir', 'ssl']
  return `ServerName 127.0.0.1
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
Mutex posixsem
ErrorLog "|/bin/cat"
LogLevel info
User www-data
Group www-data
DocumentRoot ${folder}
DirectoryIndex index.html
SSLEngine on
SSLCertificateFile ${folder}/server.crt
SSLCertificateKeyFile ${folder}/server.key
SSLCACertificateFile ${folder}/chain.pem
SSLCARevocationFile ${folder}/crls.pem
SSLCARevocationCheck chain
SSLVerifyClient require
SSLVerifyDepth 2
`
}

function haproxy({ folder, port }: Place): string {
  const own = `crt ${folder}/server.pem`
  const client = `ca-file ${folder}/chain.pem verify required crl-file ${folder}/crls.pem`
  return `global
  log stdout format raw local0
defaults
  mode http
  log global
  timeout connect 5s
  timeout client 15s
  timeout server 15s
frontend tls
  bind 127.0.0.1:${port} ssl ${own} ${client}
  http-request return status 200 content-type text/plain string in
`
}

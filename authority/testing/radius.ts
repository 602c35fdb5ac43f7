import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { find, has, isThere } from '#lib/testing/judge.ts'

/**
 * FreeRADIUS as a relying party: Wi-Fi or VPN access by EAP-TLS. Debian's package, with a configuration in a
 * temporary folder. It trusts the CA, asks the OCSP address in each client certificate with a nonce, and
 * admits nobody without a good response; or it is given CRLs and asks nobody.
 */
export type Radius = {
  /** Whether this certificate and key are admitted, by a complete EAP-TLS login. */
  readonly login: (identity: string, certificatePem: string, keyPem: string) => Promise<boolean>
  /** Whether the login of a wpa_supplicant.conf succeeds, with these files beside it and this environment. */
  readonly loginWith: (
    configuration: string,
    files: Readonly<Record<string, Uint8Array>>,
    env?: Readonly<Record<string, string>>,
  ) => Promise<boolean>
  /** The folder of those files. */
  readonly folder: string
  /** The server's certificate, which is its own root, in PEM. */
  readonly certificate: string
  /** What the server logged since the last call. */
  readonly said: () => string
  readonly close: () => Promise<void>
}

const MODULES = '/usr/lib/freeradius'
const DICTIONARY = '/usr/share/freeradius/dictionary'

/** Whether server and client are installed, at Debian's paths; what is missing is told. */
export function hasRadius(): boolean {
  const files = [MODULES, DICTIONARY].every((file) => existsSync(file))
  const server = isThere('freeradius', files && find('freeradius') !== null)
  return has('eapol_test') && server
}

const SECRET = 'testing123'
export const SERVER_NAME = 'radius.contoso.example'
const READY_MAX_MS = 15_000
const LOGIN_MAX_SECONDS = 8

/** `chainPem`: the CA of the clients and of the OCSP responder, root included; `crlsPem`: CRLs in place of OCSP. */
export async function startRadius(chainPem: string, crlsPem = ''): Promise<Radius> {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-radius-'))
  const port = await freeUdpPort()
  const asks = crlsPem === ''
  // OpenSSL reads certificates and CRLs from one file.
  writeFiles(folder, {
    ...configuration(folder, port, asks),
    'certs/chain.pem': chainPem + crlsPem,
  })
  makeServerCertificate(folder)
  const { child, said } = await startServer(folder)
  return {
    folder,
    certificate: readFileSync(path.join(folder, 'certs/radius.pem'), 'utf8'),
    loginWith: (text, files, env = {}) => {
      writeFiles(folder, { ...files, 'generated.conf': text })
      return login(path.join(folder, 'generated.conf'), port, env)
    },
    login: (identity, certificatePem, keyPem) => {
      writeFiles(folder, {
        'client.pem': certificatePem,
        'client.key': keyPem,
        'client.conf': clientConfiguration(folder, identity),
      })
      return login(path.join(folder, 'client.conf'), port, {})
    },
    said,
    close: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Asynchronous: the server asks this process for the status meanwhile. */
async function login(
  configuration: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const server = ['-a', '127.0.0.1', '-p', String(port), '-s', SECRET]
  const limit = ['-t', String(LOGIN_MAX_SECONDS)]
  const child = spawn('eapol_test', ['-c', configuration, ...server, ...limit], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const [status] = await once(child, 'close')
  const last = text.trimEnd().split('\n').at(-1)
  if (last === 'SUCCESS' && status === 0) return true
  if (last === 'FAILURE' && status !== 0) return false
  throw new Error(`eapol_test ended with ${status}:\n${text.slice(-2_000)}`)
}

async function startServer(folder: string): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(find('freeradius') ?? 'freeradius', ['-d', folder, '-X'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`FreeRADIUS does not start:\n${text.slice(-2_000)}`))
    const timer = setTimeout(fail, READY_MAX_MS)
    const hear = (chunk: Buffer) => {
      text += chunk.toString()
      if (!text.includes('Ready to process requests')) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', fail)
  })
  return {
    child,
    said: () => {
      const since = text
      text = ''
      return since
    },
  }
}

function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject)
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}

/** The server's own certificate is unrelated to our CA: the client is told to trust it alone. */
function makeServerCertificate(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  const names = ['-subj', `/CN=${SERVER_NAME}`, '-addext', `subjectAltName=DNS:${SERVER_NAME}`]
  const usage = ['-addext', 'extendedKeyUsage=serverAuth']
  const out = ['-keyout', 'certs/radius.key', '-out', 'certs/radius.pem']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...names, ...usage, ...out], {
    cwd: folder,
    stdio: 'pipe',
  })
}

function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), content, { mode: 0o600 })
  }
}

function clientConfiguration(folder: string, identity: string): string {
  return `network={
  ssid="latchkey"
  key_mgmt=IEEE8021X
  eap=TLS
  identity="${identity}"
  ca_cert="${folder}/certs/radius.pem"
  client_cert="${folder}/client.pem"
  private_key="${folder}/client.key"
  domain_match="${SERVER_NAME}"
  eapol_flags=0
}
`
}

/** One statement a line, since the parser refuses more. */
function configuration(folder: string, port: number, asks: boolean): Record<string, string> {
  return {
    dictionary: `$INCLUDE ${DICTIONARY}\n`,
    'log/none': '',
    'run/none': '',
    'radiusd.conf': `prefix = /usr
libdir = ${MODULES}
name = freeradius
confdir = ${folder}
raddbdir = \${confdir}
certdir = \${confdir}/certs
logdir = \${confdir}/log
run_dir = \${confdir}/run
pidfile = \${run_dir}/radiusd.pid
max_request_time = 30
cleanup_delay = 1
log {
  destination = stdout
  auth = yes
}
security {
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
proxy_requests = no
thread pool {
  start_servers = 2
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 2
}
client localhost {
  ipaddr = 127.0.0.1
  secret = ${SECRET}
  require_message_authenticator = yes
}
modules {
  $INCLUDE mods-enabled/
}
$INCLUDE sites-enabled/
`,
    'mods-enabled/eap': `eap {
  default_eap_type = tls
  timer_expire = 60
  max_sessions = 4096
  tls-config tls-common {
    private_key_file = \${certdir}/radius.key
    certificate_file = \${certdir}/radius.pem
    ca_file = \${certdir}/chain.pem
    cipher_list = "DEFAULT"
    tls_min_version = "1.2"
    tls_max_version = "1.3"
    ecdh_curve = ""
    include_length = yes
    check_crl = ${asks ? 'no' : 'yes'}
    cache {
      enable = no
    }
    ocsp {
      enable = ${asks ? 'yes' : 'no'}
      override_cert_url = no
      url = "http://127.0.0.1:9/never-asked"
      use_nonce = yes
      timeout = 3
      softfail = no
    }
  }
  tls {
    tls = tls-common
  }
}
`,
    'sites-enabled/default': `server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    eap {
      ok = return
    }
  }
  authenticate {
    eap
  }
}
`,
  }
}

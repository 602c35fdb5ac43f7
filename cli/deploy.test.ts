import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { secretProblems } from '#cli/given-files.ts'
import { type ProgramName, ROOT } from '#cli/programs.ts'
import { readAsFarAsPossible } from '#cli/start-check.ts'
import { parts, programsOf, read } from '#cli/testing/deployments.ts'
import { SIGNING_SECRETS } from '#lib/config.ts'
import { configProblems } from '#lib/config-check.ts'
import { environmentSchema } from '#lib/environment.ts'
import { has, isThere } from '#lib/testing/judge.ts'

/** The files of `deploy/` name variables that are there, and give each program what it needs and no more. */

const SECRETS = [
  'LATCHKEY_CA_PASSPHRASE',
  'LATCHKEY_DATABASE',
  'LATCHKEY_GRAPH_CLIENT_CERTIFICATE',
  'LATCHKEY_PORTAL_CLIENT_SECRET',
  'LATCHKEY_PROXY_SECRET',
  'LATCHKEY_SESSION_SECRET',
]
const KNOWN = new Set([
  ...Object.keys(environmentSchema.shape),
  ...SECRETS,
  ...SECRETS.map((name) => `${name}_FILE`),
  'SANDBOX_HOST',
])

const GUID = '11111111-2222-4333-8444-555555555555'
const SAMPLES: Readonly<Record<string, string>> = {
  LATCHKEY_TENANT_ID: GUID,
  LATCHKEY_TENANT_NAME: 'Contoso',
  LATCHKEY_API_CLIENT_ID: GUID,
  LATCHKEY_PORTAL_CLIENT_ID: GUID,
  LATCHKEY_GRAPH_CLIENT_ID: GUID,
  LATCHKEY_PORTAL_URL: 'https://certificates.example.com',
  LATCHKEY_AUTHORITY_URL: 'https://authority.example.com',
  LATCHKEY_STATUS_URL: 'http://status.example.com',
  LATCHKEY_AUTHORITY_INTERNAL_URL: 'https://authority.example.com',
  LATCHKEY_DATABASE: 'postgres://issue:secret@postgres/latchkey?sslmode=verify-full',
  LATCHKEY_HOST: '::',
  LATCHKEY_METRICS_PORT: '9464',
  LATCHKEY_METRICS_HOST: '::',
  AUTHORITY_PORT: '8080',
  AUTHORITY_TLS_PORT: '8443',
  LATCHKEY_TRUSTED_PROXIES: '10.213.0.0/24',
  LATCHKEY_PROXY_CLIENT_CERT: 'nginx',
}

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a start says that gets these variables. */
function problemsOf(program: ProgramName, role: string, names: readonly string[]) {
  const samples: Readonly<Record<string, string>> = names.includes('LATCHKEY_DATABASE_PLAIN')
    ? {
        ...SAMPLES,
        LATCHKEY_DATABASE: 'postgres://issue:secret@postgres/latchkey',
        LATCHKEY_DATABASE_PLAIN: 'on',
      }
    : SAMPLES
  const env = Object.fromEntries(
    names.map((name) => {
      const bare = name.replace(/_FILE$/, '')
      return [bare, samples[bare] ?? (SECRETS.includes(bare) ? 'x'.repeat(40) : '/some/path')]
    }),
  )
  const { config, problems } = readAsFarAsPossible(env)
  const unneeded = role === 'status' ? SIGNING_SECRETS : []
  return [
    ...problems,
    ...configProblems(config, env, [program]),
    ...secretProblems(config, env, [program], null, unneeded),
  ]
}

const cases = programsOf()

test('every way to deploy has the four programs', () => {
  const ways = new Set(cases.map(({ way }) => way))
  expect([...ways].sort()).toEqual(['bicep', 'compose', 'helm', 'systemd', 'terraform'])
  expect(cases).toHaveLength(ways.size * parts.length)
})

describe.each(cases)('$way: $part', ({ part, names }) => {
  const program: ProgramName = part === 'portal' ? 'portal' : 'authority'

  test('has variables that are there', () => {
    expect(names.length).toBeGreaterThan(8)
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([])
  })

  test('has all that it needs to start', () => {
    expect(problemsOf(program, part, names)).toEqual([])
    const without = names.filter((name) => name !== 'LATCHKEY_GRAPH_CLIENT_ID')
    expect(problemsOf(program, part, without).join()).toContain('LATCHKEY_GRAPH_CLIENT_ID')
  })

  test('has its secrets as files, which no process list and no child shows', () => {
    const bare = names.filter((name) => SECRETS.includes(name))
    expect(bare).toEqual([])
    const held = SECRETS.filter((name) => names.includes(`${name}_FILE`))
    expect(held.length).toBeGreaterThan(0)
  })

  test('has nothing that belongs to another', () => {
    const held = names.map((name) => name.replace(/_FILE$/, ''))
    const others = {
      portal: ['LATCHKEY_DATABASE', 'LATCHKEY_DATA', ...SIGNING_SECRETS],
      issue: ['LATCHKEY_SESSION_SECRET', 'LATCHKEY_PORTAL_CLIENT_SECRET'],
      jobs: ['LATCHKEY_SESSION_SECRET', 'LATCHKEY_PORTAL_CLIENT_SECRET'],
      status: ['LATCHKEY_SESSION_SECRET', 'LATCHKEY_PORTAL_CLIENT_SECRET', ...SIGNING_SECRETS],
    }[part]
    expect(held.filter((name) => others.includes(name))).toEqual([])
  })
})

test.each(
  cases.filter(({ part }) => part === 'issue' || part === 'jobs'),
)('$way: $part reads the directory by the certificate that `setup-tenant --secrets` makes', ({
  names,
}) => {
  expect(names).toContain('LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE')
  expect(names).not.toContain('LATCHKEY_GRAPH_CLIENT_SECRET_FILE')
})

test('the chart asks for no passphrase with a vault, and for no certificate with a federated token', () => {
  const helpers = read('deploy/helm/templates/_helpers.tpl')
  expect(helpers).toMatch(
    /if not \(hasPrefix "keyvault:" .*LATCHKEY_SIGNER.*\n.*CA_PASSPHRASE: .*\n\{\{- end/,
  )
  expect(helpers).toMatch(
    /if not .*LATCHKEY_GRAPH_TOKEN_FILE.*\n.*GRAPH_CLIENT_CERTIFICATE: .*\n\{\{- end/,
  )
})

test('the chart opens the port at which it asks the authority, and asks the portal at its own', () => {
  const helpers = read('deploy/helm/templates/_helpers.tpl')
  expect(helpers).toMatch(
    /if and \S+probePort \(has \.part \(list "issue" "jobs" "status"\)\).*\n.*METRICS_PORT, value: .*probePort.*\n.*\n.*METRICS_HOST, value: '::'/,
  )
  const [, onlyThere] = /if and \S+probePort \(ne \.path "(.*)"\)/.exec(helpers) ?? []
  const probes = ['portal', 'issue', 'jobs', 'status'].map((part) => {
    const [, at] = /"path" "(.*?)"/.exec(read(`deploy/helm/templates/${part}.yaml`)) ?? []
    return at === onlyThere
  })
  expect(probes).toEqual([true, false, false, false])
})

/** Kubernetes' own, of which Debian has no package; another program has that name too. */
const hasHelm = isThere(
  'helm',
  /^v\d/.test(spawnSync('helm', ['version', '--short'], { encoding: 'utf8' }).stdout ?? ''),
)

describe.skipIf(!hasHelm)('the chart, as helm renders it', () => {
  const VALUES = {
    tenant: {
      ...{ id: GUID, name: 'Con"toso: #1\n', apiClientId: GUID },
      ...{ portalClientId: GUID, graphClientId: GUID },
    },
    addresses: {
      portal: 'https://certificates.example.com:8443',
      authority: 'https://authority.example.com',
      status: 'http://status.example.com',
    },
  }

  /** Gives what helm says of these values, beside those that are needed. */
  function render(values: object, release = 'latchkey') {
    const file = path.join(folder, 'values.json')
    writeFileSync(file, JSON.stringify({ ...VALUES, ...values }))
    const args = ['template', release, 'deploy/helm', '--kube-version', '1.31', '-f', file]
    return spawnSync('helm', args, { cwd: ROOT, encoding: 'utf8' })
  }

  type Container = { env: { name: string; value: unknown }[]; image: unknown }
  type Pod = { containers: [Container]; volumes: object[]; serviceAccountName: unknown }
  type Manifest = { kind: string; metadata: { name: string; labels: object }; spec: object }

  function manifests(values: object, release?: string): readonly Manifest[] {
    const { stdout, stderr } = render(values, release)
    expect(stderr).toBe('')
    return parseAllDocuments(stdout, { version: '1.1' })
      .map((one) => one.toJS() as Manifest | null)
      .filter((one) => one !== null)
  }

  const podOf = (all: readonly Manifest[], part: string) =>
    all.flatMap(({ metadata, spec }) =>
      metadata.name.endsWith(`-${part}`) && 'template' in spec
        ? [(spec.template as { spec: Pod }).spec]
        : [],
    )[0]

  /** Variables of a part by their names. */
  const variablesOf = (all: readonly Manifest[], part: string): Record<string, unknown> =>
    Object.fromEntries(
      (podOf(all, part)?.containers[0].env ?? []).map(({ name, value }) => [name, value]),
    )

  test('hands on every setting as it is written, on and off too, and nothing for none', () => {
    const settings = {
      ...{ LATCHKEY_GUESTS: true, LATCHKEY_TOKEN_V1: false, LATCHKEY_KEYS: null },
      ...{
        LATCHKEY_VALIDITY_DAYS: 4930123456,
        LATCHKEY_HELP_PHONE: '0441',
        OTEL_SDK_DISABLED: true,
      },
      ...{ LATCHKEY_BRAND_NAME: `a "b": 'c' #\n{{ . }}`, HTTPS_PROXY: 'http://proxy.example:3128' },
    }
    const { LATCHKEY_KEYS: none, ...written } = settings
    const given = variablesOf(manifests({ settings }), 'issue')
    expect(given).toMatchObject({
      ...written,
      LATCHKEY_GUESTS: 'on',
      LATCHKEY_TOKEN_V1: 'off',
      LATCHKEY_VALIDITY_DAYS: '4930123456',
      OTEL_SDK_DISABLED: 'true',
      LATCHKEY_TENANT_NAME: VALUES.tenant.name,
    })
    expect([none, 'LATCHKEY_KEYS' in given]).toEqual([null, false])
  })

  test('takes names that YAML reads as something else, and an image without a tag', () => {
    const values = {
      ...{ image: { repository: 'registry.example:5000/latchkey', tag: '' } },
      secrets: { name: '123', ca: 'true', tls: 'null' },
      responders: { existingClaim: '0x1', className: '1' },
    }
    const all = manifests(values, 'on')
    const issue = podOf(all, 'issue')
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(issue?.containers[0].image).toBe(`registry.example:5000/latchkey:${version}`)
    expect([issue?.serviceAccountName, all[0]?.metadata.labels]).toEqual([
      'on',
      expect.objectContaining({ 'app.kubernetes.io/instance': 'on' }),
    ])
    const named = JSON.stringify([podOf(all, 'issue'), podOf(all, 'status')])
    for (const name of ['"secretName":"123"', '"name":"true"', '"secretName":"null"']) {
      expect(named).toContain(name)
    }
    expect(named).toContain('"claimName":"0x1"')
    const ingress = all.find(({ kind }) => kind === 'Ingress')?.spec
    // Of an Ingress a port is no part.
    expect(ingress).toMatchObject({ rules: [{ host: 'certificates.example.com' }] })
  })

  test.each<[string, object]>([
    [
      "invalid propertyName 'LATCHKEY_CA_PASSPHRASE'",
      { settings: { LATCHKEY_CA_PASSPHRASE: 'a-secret' } },
    ],
    ["invalid propertyName 'LATCHKEY_DATABASE'", { settings: { LATCHKEY_DATABASE: 'a-secret' } }],
    ["at '/settings/LATCHKEY_GRAPH_TOKEN_FILE'", { settings: { LATCHKEY_GRAPH_TOKEN_FILE: '/x' } }],
    ["at '/addresses/portal'", { addresses: { ...VALUES.addresses, portal: 'https://a"b' } }],
    ["at '/networkPolicy': missing property 'database'", { networkPolicy: { database: null } }],
    ["missing property 'settings'", { settings: null }],
    ["at '/probePort'", { probePort: 8080 }],
  ])('refuses with its place: %s', (said, values) => {
    const { status, stderr } = render(values)
    expect(stderr).toContain(said)
    expect(stderr).not.toContain('a-secret')
    expect(status).toBe(1)
  })

  test('the policies let in who reads the metrics, and out who goes out by more than https, where told', () => {
    const from = [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }]
    const proxy = {
      to: [{ ipBlock: { cidr: '10.1.2.3/32' } }],
      ports: [{ port: 3128, protocol: 'TCP' }],
    }
    const rules = (values: object) =>
      Object.fromEntries(
        manifests(values)
          .filter(({ kind }) => kind === 'NetworkPolicy')
          .map(({ metadata, spec }) => {
            const { ingress, egress } = spec as { ingress: object[]; egress: object[] }
            return [metadata.name.replace('latchkey-', ''), { ingress, egress }]
          }),
      )
    const before = rules({ probePort: 9464 })
    const metrics = { ports: [{ port: 9464 }], from }
    const metricsIn = new Set(['issue', 'jobs', 'status'])
    const out = new Set(['portal', 'issue', 'jobs'])
    expect(Object.keys(before).sort()).toEqual(['issue', 'jobs', 'migrate', 'portal', 'status'])
    const networkPolicy = { metricsFrom: from, egress: [proxy] }
    expect(rules({ probePort: 9464, networkPolicy })).toEqual(
      Object.fromEntries(
        Object.entries(before).map(([name, { ingress, egress }]) => [
          name,
          {
            ingress: metricsIn.has(name) ? [...ingress, metrics] : ingress,
            egress: out.has(name) ? [...egress, proxy] : egress,
          },
        ]),
      ),
    )
    expect(rules({ networkPolicy: { metricsFrom: from } })).toEqual(rules({}))
  })

  test('the migration reaches the database as the programs do', () => {
    const settings = { LATCHKEY_DATABASE_PLAIN: 'on', LATCHKEY_SIGNER: 'keyvault:https://v/k/1' }
    const given = variablesOf(manifests({ settings }), 'migrate')
    expect(given).toMatchObject({ ...settings, LATCHKEY_TENANT_ID: GUID })
  })

  test('a federated token is mounted for who signs in by it, as is the secret of the mail server', () => {
    const file = '/run/secrets/entra/token'
    const settings = {
      ...{ LATCHKEY_GRAPH_TOKEN_FILE: file, LATCHKEY_CLOUD: 'usgov' },
      ...{ LATCHKEY_SMTP_URL: 'smtp://account@mail.example', LATCHKEY_MAIL_FROM: 'ca@x.example' },
    }
    const all = manifests({ settings })
    const has = (part: string) => {
      const { LATCHKEY_GRAPH_TOKEN_FILE: token, ...others } = variablesOf(all, part)
      const pod = JSON.stringify(podOf(all, part))
      const source =
        '"serviceAccountToken":{"path":"token","audience":"api://AzureADTokenExchangeUSGov"}'
      return {
        token: [token, pod.includes(source), pod.includes('"mountPath":"/run/secrets/entra"')],
        certificate: 'LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE' in others,
        mail: [others.LATCHKEY_SMTP_SECRET_FILE, pod.includes('"key":"smtp-secret"')],
      }
    }
    const signs = { token: [file, true, true], certificate: false }
    const none = { token: [undefined, false, false], certificate: false, mail: [undefined, false] }
    expect(['issue', 'jobs', 'status', 'portal', 'migrate'].map(has)).toEqual([
      { ...signs, mail: [undefined, false] },
      { ...signs, mail: ['/run/secrets/latchkey/smtp-secret', true] },
      ...[none, none, none],
    ])
    // The webhook of Azure Workload Identity mounts its own.
    const azure = '/var/run/secrets/azure/tokens/azure-identity-token'
    const byWebhook = manifests({ settings: { LATCHKEY_GRAPH_TOKEN_FILE: azure } })
    expect(JSON.stringify(podOf(byWebhook, 'issue'))).not.toContain('serviceAccountToken')
  })
})

describe('the image', () => {
  const dockerfile = read('Dockerfile')

  test('leaves out only packages that no running program loads', () => {
    const left = [...dockerfile.matchAll(/dependencies\.([@\w/.-]+)/g)].map(([, name = '']) => name)
    const { dependencies } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>
    }
    expect(left.length).toBeGreaterThan(5)
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(left))
    const sources = globSync('{authority,cli,lib,sandbox}/**/*.ts', { cwd: ROOT })
      .filter((file) => !/\.test\.ts$|[\\/]testing[\\/]|^cli[\\/]e2e/.test(file))
      .map((file) => read(file))
    const loaded = left.filter((name) =>
      sources.some((text) => new RegExp(`(?:from|import\\(?) ?'${name}[/']`).test(text)),
    )
    expect(loaded).toEqual([])
  })

  test('UPG-11: is of pinned packages, none of which runs a script, and holds the list of them', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>
    }
    const loose = Object.entries(packages).filter(([where, { resolved, integrity, link }]) => {
      const isOurs = !where.includes('node_modules/') || link === true
      // Without an address it is the registry's.
      const isElsewhere = resolved !== undefined && link !== true
      return isElsewhere || (!isOurs && !integrity?.startsWith('sha512-'))
    })
    expect(loose.map(([where]) => where)).toEqual([])
    const installs = dockerfile.match(/npm (?:ci|install)\b[^\n]*/g) ?? []
    expect(installs).toHaveLength(2)
    for (const line of installs) expect(line).toContain('--ignore-scripts')
    expect(dockerfile).toMatch(/npm sbom --sbom-format=cyclonedx [^\n]*>sbom\.cdx\.json/)
    expect(dockerfile).toContain('COPY --from=packages /latchkey/sbom.cdx.json ./')
  })

  test('sets variables that are there', () => {
    const set = [...dockerfile.matchAll(/\b((?:LATCHKEY|SANDBOX)_[A-Z_]+)=/g)].map(
      ([, name]) => name,
    )
    expect(set).toContain('SANDBOX_HOST')
    expect(set.filter((name) => !KNOWN.has(name ?? ''))).toEqual([])
  })

  test('is built from everything that tells whether the portal is built', () => {
    const taken = read('.dockerignore').split('\n')
    const [, list = ''] = /const SOURCES = \[([^\]]+)\]/.exec(read('cli/build.ts')) ?? []
    for (const [, name = ''] of list.matchAll(/'([\w.-]+)/g)) {
      expect(taken, name).toContainEqual(expect.stringMatching(`^!${name.replace(/\.$/, '')}`))
    }
  })
})

test('every way has the release of the package, and the chart checks every value', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  expect(read('Dockerfile')).toContain(`ARG VERSION=${version}\n`)
  const chart = parse(read('deploy/helm/Chart.yaml')) as Record<string, unknown>
  expect([chart.version, chart.appVersion]).toEqual([version, version])
  const values = parse(read('deploy/helm/values.yaml')) as { image: { tag: string } }
  expect(values.image.tag).toBe(version)
  const { properties } = JSON.parse(read('deploy/helm/values.schema.json')) as {
    properties: Record<string, { properties?: object }>
  }
  for (const [name, value] of Object.entries(values)) {
    const known = properties[name]
    expect(known, name).toBeDefined()
    if (name === 'settings' || value === null) continue
    expect(Object.keys(known?.properties ?? {}), name).toEqual(
      expect.arrayContaining(Object.keys(value)),
    )
  }
})

test('the health check asks each program by a name to which it answers', async () => {
  const asked: string[] = []
  const server = http.createServer(({ url, headers }, response) => {
    asked.push(`${headers.host}${url}`)
    response.writeHead(url === '/probe' ? 503 : 200).end()
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const port = String((server.address() as AddressInfo).port)
  const env = {
    ...process.env,
    AUTHORITY_PORT: port,
    PORTAL_PORT: port,
    LATCHKEY_PORTAL_URL: 'https://certificates.example.com',
  }
  const ask = async (...programs: readonly string[]) => {
    const args = [path.join(ROOT, 'deploy/health.js'), ...programs]
    const [status] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'exit')
    return status
  }
  expect([await ask('portal'), await ask('authority'), await ask()]).toEqual([0, 1, 1])
  expect(asked.slice(0, 2)).toEqual(['certificates.example.com/signin', 'localhost/probe'])
  server.close()
})

test('the CA of a Secret becomes a folder for this account alone', () => {
  const secret = path.join(folder, 'secret')
  mkdirSync(path.join(secret, '..data'), { recursive: true })
  for (const name of ['ca.pem', 'ca.key.json']) {
    writeFileSync(path.join(secret, '..data', name), name, { mode: 0o644 })
    symlinkSync(path.join('..data', name), path.join(secret, name))
  }
  const [ca, data] = [path.join(folder, 'ca', 'files'), path.join(folder, 'data')]
  // Twice, as when the container of a pod starts again.
  for (let start = 0; start < 2; start += 1) {
    execFileSync(process.execPath, [path.join(ROOT, 'deploy/take-ca.js'), secret, ca, data])
  }
  expect(readFileSync(path.join(data, 'ca', 'ca.key.json'), 'utf8')).toBe('ca.key.json')
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)
  expect([ca, data].map(mode)).toEqual(['700', '700'])
  expect(['ca.pem', 'ca.key.json'].map((name) => mode(path.join(ca, name)))).toEqual(['600', '600'])
})

test('no password of a database user is in an argument, which everybody on the machine sees', () => {
  const place = path.join(folder, 'roles')
  mkdirSync(place)
  for (const part of ['issue', 'jobs', 'status']) {
    writeFileSync(
      path.join(place, `database_${part}`),
      `postgres://${part}:secret-${part}@postgres/x`,
    )
  }
  const seen = path.join(place, 'seen')
  writeFileSync(
    path.join(place, 'psql'),
    `#!/bin/sh\n{ echo "$*"; cat; echo "has $password"; } >>${seen}\n`,
    {
      mode: 0o755,
    },
  )
  const script = read('deploy/postgres-roles.sh').replaceAll('/run/secrets/', `${place}/`)
  execFileSync('sh', ['-c', script], {
    env: {
      ...process.env,
      PATH: `${place}:${process.env.PATH}`,
      POSTGRES_USER: 'latchkey',
      POSTGRES_DB: 'latchkey',
    },
  })
  const lines = readFileSync(seen, 'utf8').split('\n')
  expect(lines.filter((line) => line.includes('secret-'))).toEqual([
    'has secret-issue',
    'has secret-jobs',
    'has secret-status',
  ])
  expect(lines.filter((line) => line === '\\getenv password password')).toHaveLength(3)
})

test('no pod reaches the address at which a cloud gives away the credentials of its machine', () => {
  const policy = read('deploy/helm/templates/network.yaml')
  const [, egress = ''] = policy.split(/\n {2}egress:\n/)
  // Every rule but that for names says where to.
  const rules = egress.split(/^ {4}- /m).slice(1)
  expect(rules.filter((rule) => !/\bto:/.test(rule))).toEqual([expect.stringContaining('port: 53')])
  const blocks = [...egress.matchAll(/cidr: '?([\d.:/]+)'?, except: \[([^\]]+)\]/g)]
  expect(blocks.map(([, block, not]) => [block, not?.includes('169.254.0.0/16')])).toEqual([
    ['0.0.0.0/0', true],
    ['::/0', false],
  ])
})

test.skipIf(!has('systemd-analyze'))('the units are what systemd understands, and confined', () => {
  const units = path.join(folder, 'units')
  cpSync(path.join(ROOT, 'deploy/systemd'), units, { recursive: true })
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` }
  for (const part of parts) {
    const unit = path.join(units, `latchkey-${part}.service`)
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { env })
    expect(verified.stderr.toString()).not.toContain(`latchkey-${part}`)
    // In tenths: 10 is "OK", 100 "unsafe".
    const options = ['security', '--offline=yes', '--threshold=20', '--no-pager', unit]
    expect(spawnSync('systemd-analyze', options, { env }).status, part).toBe(0)
  }
})

test.skipIf(!has('nginx'))(
  'nginx understands what stands in front, and logs no secret',
  async () => {
    const place = path.join(folder, 'nginx')
    mkdirSync(place)
    const values: Record<string, string> = { NGINX_LOCAL_RESOLVERS: '127.0.0.1' }
    const site = read('deploy/nginx.conf.template')
      .replace(/\$\{([A-Z_]+)\}/g, (_, name) => values[name] ?? `${name}.example`.toLowerCase())
      .replaceAll('/run/secrets/', `${place}/`)
      .replaceAll('/dev/stdout', `${place}/log`)
      .replaceAll('/dev/stderr', `${place}/errors`)
      // Where nobody listens.
      .replace('http://status:8080', 'http://127.0.0.1:9')
      .replaceAll(/listen (80|443)/g, `listen unix:${place}/$1`)
    writeFileSync(path.join(place, 'proxy_secret.conf'), 'proxy_set_header X-Secret a-secret;')
    const names = ['-keyout', `${place}/tls_key`, '-out', `${place}/tls_certificate`]
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', ...names],
      { stdio: 'ignore' },
    )
    writeFileSync(
      path.join(place, 'nginx.conf'),
      `daemon off;\npid ${place}/pid;\nevents {}\nhttp {\naccess_log ${place}/log;\n${site}\n}\n`,
    )
    const options = ['-e', 'stderr', '-p', place, '-c', path.join(place, 'nginx.conf')]
    const { status, stderr } = spawnSync('nginx', ['-t', ...options], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)

    const nginx = spawn('nginx', options, { stdio: 'ignore' })
    const ask = async (target: string, host = 'portal_host.example') => {
      const headers = { host, referer: 'https://x/reminders/a-secret' }
      const request = http.get({ socketPath: `${place}/80`, path: target, headers })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      response.resume()
      return response.statusCode
    }
    await expect.poll(() => ask('/').catch(() => null)).toBe(301)
    for (const target of [
      '/calendar/a-secret.ics',
      '//reminders/a-secret/stop',
      '/%72eminders/a-secret',
      '/api/auth/callback/azure-ad?code=a-secret',
    ]) {
      expect(await ask(target)).toBe(301)
    }
    expect(await ask('/calendar/a-secret.ics', 'status_host.example')).toBe(502)
    nginx.kill('SIGTERM')
    await once(nginx, 'exit')
    const log = readFileSync(path.join(place, 'log'), 'utf8')
    expect(log).toContain('"GET /calendar/-" 502')
    expect(readFileSync(path.join(place, 'errors'), 'utf8')).not.toContain('a-secret')
    expect(log).toContain('"GET /api/auth/callback/azure-ad" 301')
    expect(log).not.toContain('a-secret')
    expect(site.match(/^server \{\n {2}access_log /gm)).toHaveLength(4)
  },
)

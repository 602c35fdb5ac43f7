import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPkcs12 } from '#lib/pki/testing/open-pkcs12.ts'
import { has } from '#lib/testing/judge.ts'
import type { NetworkForm } from './form-facts.ts'
import { networkFiles } from './forms.ts'
import type { Network } from './network.ts'
import { makeContents } from './testing/contents.ts'
import {
  readConnection,
  readEapConfig,
  readOnc,
  readPlist,
  readWindowsProfile,
  readWpaSupplicant,
} from './testing/judge-settings.ts'

/** What the generated settings are to the tools that read them: no form is judged by our own reader. */

let made: Awaited<ReturnType<typeof makeContents>>
beforeAll(async () => {
  made = await makeContents()
})
afterAll(() => made.close())

async function filesOf(form: NetworkForm, networks: readonly Network[]) {
  const files = await networkFiles(form, { ...made.contents, networks })
  return files.map(({ kind, ending, octets }) => {
    made.write(`alice${ending}`, octets)
    return { kind, ending, text: new TextDecoder().decode(octets) }
  })
}

const python = (script: string, file: string) =>
  JSON.parse(execFileSync('python3', ['-c', script, made.at(file)]).toString())

describe('.mobileconfig, read by Python’s plistlib', () => {
  const READ = `
import base64, datetime, json, plistlib, sys
def plain(value):
    if isinstance(value, bytes): return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime): return value.isoformat()
    raise TypeError(value)
print(json.dumps(plistlib.load(open(sys.argv[1], 'rb')), default=plain))`
  type Payload = Record<string, unknown> & { PayloadType: string; PayloadUUID: string }
  let payloads: readonly Payload[]
  let profile: Record<string, unknown>
  const ofType = (type: string) => payloads.filter(({ PayloadType }) => PayloadType === type)

  beforeAll(async () => {
    await filesOf('mobileconfig', [made.office, made.wired, made.vpn])
    readPlist(made.at('alice.mobileconfig'))
    profile = python(READ, 'alice.mobileconfig')
    payloads = profile.PayloadContent as Payload[]
  })

  test('says what it is, and removes itself with the certificate', () => {
    expect(profile).toMatchObject({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadOrganization: 'Contoso & Söhne',
      RemovalDate: '2027-11-22T12:00:00',
    })
    const ids = [profile, ...payloads].map(({ PayloadUUID }) => PayloadUUID)
    expect(new Set(ids).size).toBe(ids.length)
    // On iOS payloads of one name exclude each other.
    const names = payloads.map(({ PayloadDisplayName }) => PayloadDisplayName)
    expect(new Set(names).size).toBe(names.length)
  })

  test('has the key once, locked, and no password', () => {
    const [identity, ...more] = ofType('com.apple.security.pkcs12')
    expect(more).toEqual([])
    expect(identity?.PayloadContent).toBe(Buffer.from(made.contents.pkcs12).toString('base64'))
    expect(JSON.stringify(profile)).not.toContain(made.contents.password)
    expect(identity).not.toHaveProperty('Password')
  })

  test('binds each network to that key, to its roots and to its server’s names', () => {
    const identity = ofType('com.apple.security.pkcs12')[0]?.PayloadUUID
    const roots = ofType('com.apple.security.root')
    expect(roots.map(({ PayloadContent }) => PayloadContent)).toEqual(made.office.roots)
    const anchors = roots.map(({ PayloadUUID }) => PayloadUUID)
    const client = {
      AcceptEAPTypes: [13],
      UserName: 'alice@contoso.example',
      TLSTrustedServerNames: made.office.servers,
      TLSCertificateIsRequired: true,
    }
    const bound = { PayloadCertificateUUID: identity }
    expect(ofType('com.apple.wifi.managed')).toMatchObject([
      {
        ...bound,
        SSID_STR: ' Café\\;=#',
        EAPClientConfiguration: { ...client, PayloadCertificateAnchorUUID: anchors },
      },
    ])
    expect(ofType('com.apple.firstactiveethernet.managed')).toMatchObject([
      {
        ...bound,
        EAPClientConfiguration: { ...client, PayloadCertificateAnchorUUID: anchors.slice(0, 1) },
      },
    ])
    const vpn = { AuthenticationMethod: 'Certificate', RemoteIdentifier: 'radius.contoso.example' }
    expect(ofType('com.apple.vpn.managed')).toMatchObject([
      { VPNType: 'IKEv2', IKEv2: { ...vpn, PayloadCertificateUUID: identity } },
    ])
  })
})

test.skipIf(!has('xmllint'))(
  '.eap-config holds to the schema, pins server and roots, and opens as PKCS#12',
  async () => {
    await filesOf('eap-config', [made.office])
    readEapConfig(made.at('alice.eap-config'))
    const pick = (at: string) => xpath('alice.eap-config', at)
    expect(pick('count(//CA)')).toBe('2')
    expect(pick('string(//ServerID[2])')).toBe('radius2.contoso.example')
    expect(pick('string(//SSID)')).toBe(' Café\\;=#')
    expect(pick('string(//EAPIdentityProvider/@ID)')).toBe('contoso.example')
    expect(pick('count(//Passphrase)')).toBe('0')
    made.write('inside.p12', Buffer.from(pick('string(//ClientCertificate)'), 'base64'))
    const { password } = made.contents
    await openPkcs12([{ file: made.at('inside.p12'), password, issuers: 0 }])
  },
)

const xpath = (file: string, at: string) =>
  execFileSync('xmllint', ['--xpath', at, made.at(file)])
    .toString()
    .replace(/\n$/, '')

describe.skipIf(!has('xmllint'))('Windows profiles', () => {
  const value = (file: string, name: string) => xpath(file, `string(//*[local-name()='${name}'])`)

  test('name the network, the server, its roots and the CA of the certificate', async () => {
    const files = await filesOf('windows', [made.office, made.wired])
    expect(files.map(({ kind, ending }) => [kind, ending])).toEqual([
      ['windows-profile', '.xml'],
      ['windows-profile', '-2.xml'],
      ['windows-root', '.root.cer'],
      ['windows-root', '-2.root.cer'],
    ])
    expect(value('alice.xml', 'name')).toBe('Contoso <Büro> & "Gäste"')
    expect(xpath('alice.xml', "string(//*[local-name()='SSID'])")).toBe(' Café\\;=#')
    expect(xpath('alice-2.xml', 'local-name(/*)')).toBe('LANProfile')
    for (const file of ['alice.xml', 'alice-2.xml']) {
      expect(value(file, 'ServerNames')).toBe('radius.contoso.example;radius2.contoso.example')
      expect(value(file, 'DisableUserPromptForServerValidation')).toBe('true')
      expect(value(file, 'PerformServerValidation')).toBe('true')
      const sha1 = createHash('sha1').update(made.read('alice.root.cer')).digest('hex')
      expect(value(file, 'TrustedRootCA').replaceAll(' ', '')).toBe(sha1)
      const issuer = createHash('sha1')
        .update(made.contents.chain[0] ?? '')
        .digest('hex')
      expect(value(file, 'IssuerHash').replaceAll(' ', '')).toBe(issuer)
    }
  })

  test.each(['wifi', 'wired'] as const)('for %s hold to the schema', async (kind) => {
    await filesOf('windows', [kind === 'wifi' ? made.office : made.wired])
    readWindowsProfile(made.at('alice.xml'))
  })

  test('with elements in another order, which Windows refuses, are refused', async () => {
    await filesOf('windows', [made.office])
    const text = made.read('alice.xml').toString()
    const [source = '', validation = ''] = ['CredentialsSource', 'ServerValidation'].map(
      (name) => new RegExp(`<${name}>[\\s\\S]*</${name}>`).exec(text)?.[0],
    )
    made.write('turned.xml', text.replace(source, '').replace(validation, validation + source))
    expect(() => readWindowsProfile(made.at('turned.xml'))).toThrow('fails to validate')
  })
})

describe.skipIf(!has('nmcli'))('NetworkManager', () => {
  test.each(['wifi', 'wired'] as const)('reads the connection for %s', async (kind) => {
    await filesOf('network-manager', [kind === 'wifi' ? made.office : made.wired])
    const written = readConnection(made.at('alice.nmconnection'))
    expect(written).toContain('eap=tls;')
    expect(written).toContain('identity=alice@contoso.example')
    expect(written).toContain('domain-match=radius.contoso.example;radius2.contoso.example')
    expect(written).toContain('ca-cert=/etc/NetworkManager/certificates/alice.roots.pem')
    expect(written).toContain('private-key=/etc/NetworkManager/certificates/alice.p12')
    expect(written).not.toContain(made.contents.password)
    if (kind === 'wifi') {
      expect(written).toMatch(/^id=Contoso <Büro> & "Gäste"$/m)
      const ssid = [...Buffer.from(' Café\\;=#')].map((octet) => `${octet};`).join('')
      expect(written).toMatch(new RegExp(`^ssid=${ssid}$`, 'm'))
    }
  })
})

describe('wpa_supplicant', () => {
  test.skipIf(!has('wpa_supplicant'))('reads every line, for Wi-Fi and for wired', async () => {
    await filesOf('wpa-supplicant', [made.office, made.wired])
    expect(readWpaSupplicant(made.at('alice.conf'))).toContain("id=0 ssid=' Caf")
    readWpaSupplicant(made.at('alice.wired.conf'))
    made.write('wrong.conf', `${made.read('alice.conf')}network={\n  eap=NONSENSE\n}\n`)
    expect(() => readWpaSupplicant(made.at('wrong.conf'))).toThrow('unknown EAP method')
  })
})

test('ONC finds the certificate by its issuer and believes no other root or name', async () => {
  await filesOf('onc', [made.office, made.wired])
  readOnc(made.at('alice.onc'))
  const onc = JSON.parse(made.read('alice.onc').toString())
  const [first, second] = onc.Certificates
  expect(onc.Certificates.map(({ X509 }: { X509: string }) => X509)).toEqual(made.office.roots)
  const eap = {
    Outer: 'EAP-TLS',
    Identity: 'alice@contoso.example',
    ClientCertPattern: { Issuer: { CommonName: 'ca' } },
    UseSystemCAs: false,
    SubjectAlternativeNameMatch: made.office.servers.map((Value) => ({ Type: 'DNS', Value })),
  }
  expect(onc.NetworkConfigurations).toMatchObject([
    {
      Type: 'WiFi',
      WiFi: { SSID: ' Café\\;=#', EAP: { ...eap, ServerCARefs: [first.GUID, second.GUID] } },
    },
    { Type: 'Ethernet', Ethernet: { EAP: { ...eap, ServerCARefs: [first.GUID] } } },
  ])
})

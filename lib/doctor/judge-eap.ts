import type { Draft } from './findings.ts'
import { factsOf } from './judge.ts'
import { judgePkcs12 } from './judge-pkcs12.ts'
import { decoded } from './pem.ts'
import { readBoth } from './read-certificate.ts'
import type { XmlElement } from './read-xml.ts'

/** Judges EAP metadata (draft-winter-opsawg-eap-metadata), as geteduroam reads it. */
export async function judgeEapConfig(
  draft: Draft,
  root: XmlElement,
  password: string | null,
  now: Date,
): Promise<void> {
  draft.form = 'eap-config'
  const providers = allOf(root, 'EAPIdentityProvider')
  if (providers.length === 0) draft.add('notProfile')
  const identities = new Set<string>()
  for (const provider of providers) {
    const name = textIn(provider, 'SSID') || textIn(provider, 'DisplayName')
    draft.contents.push({ kind: 'network', name })
    const until = new Date(textIn(provider, 'ValidUntil'))
    if (until <= now) draft.add('profileEnded', {}, until)
    const roots = allOf(provider, 'CA')
    if (roots.length === 0 || allOf(provider, 'ServerID').length === 0) {
      draft.add('serverUnpinned', { network: name })
    }
    for (const { text } of roots) {
      const der = decoded(text)
      const read = der && readBoth(der, draft)
      if (read) draft.contents.push(factsOf(read))
      else draft.add('damaged')
    }
    for (const { text } of allOf(provider, 'ClientCertificate')) identities.add(text.trim())
  }
  if (identities.size === 0) draft.add('noIdentity')
  for (const identity of identities) {
    const octets = decoded(identity)
    const own = textIn(root, 'Passphrase') || null
    if (octets) await judgePkcs12(draft, octets, password ?? own, now)
    else draft.add('damaged')
  }
}

function allOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...allOf(child, name),
  ])
}

function textIn(element: XmlElement, name: string): string {
  return allOf(element, name)[0]?.text.trim() ?? ''
}

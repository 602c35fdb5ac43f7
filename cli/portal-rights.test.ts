import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parts, read } from '#cli/testing/deployments.ts'

/** What a portal that was taken over does not reach: files of an authority, and the network of its database. */
describe('WEB-20: the portal has files and rights of its own', () => {
  test('compose: no volume, two secrets, not the network of the ledger', () => {
    const { services } = parse(read('deploy/compose.yaml'), { merge: true })
    const { portal, ...others } = services
    expect(portal).not.toHaveProperty('volumes')
    expect(portal).toMatchObject({ read_only: true, cap_drop: ['ALL'], networks: ['edge'] })
    expect(portal.secrets).toEqual(['portal_client_secret', 'session_secret'])
    const elsewhere = ['issue-a', 'issue-b', 'jobs', 'status'].flatMap(
      (name) => others[name].secrets,
    )
    expect(elsewhere).toContain('ca_passphrase')
    expect(elsewhere.filter((name) => portal.secrets.includes(name))).toEqual([])
  })

  test('systemd: an account of its own, no folder, and folders of the others that are theirs alone', () => {
    const unit = (part: string) => read(`deploy/systemd/latchkey-${part}.service`)
    const accounts = parts.map((part) => /^User=(.+)$/m.exec(unit(part))?.[1])
    expect(new Set(accounts).size).toBe(parts.length)
    for (const account of accounts) expect(read('deploy/systemd/sysusers.conf')).toContain(account)
    expect(unit('portal')).not.toMatch(
      /^(?:StateDirectory|ReadWritePaths|BindPaths|SupplementaryGroups|Group)=/m,
    )
    const common = read('deploy/systemd/latchkey-.service.d/50-common.conf').split('\n')
    for (const line of [
      'StateDirectoryMode=0700',
      'ProtectSystem=strict',
      'ProtectProc=invisible',
      'CapabilityBoundingSet=',
      'NoNewPrivileges=yes',
    ]) {
      expect(common).toContain(line)
    }
  })

  test('helm: its two secrets are all that is mounted', () => {
    const template = read('deploy/helm/templates/portal.yaml')
    const mounted = [...template.matchAll(/mountPath: ([\w/]+)/g)].map(([, folder]) => folder)
    expect(mounted).toEqual(['/run/secrets/latchkey'])
    expect(template).toContain('"keys" (list "portal-client-secret" "session-secret")')
    expect(template).not.toMatch(/persistentVolumeClaim|hostPath|caVolume/)
  })

  test.each([
    ['deploy/azure/programs.bicep', /name: 'portal'[^}]*?\n {4}shares: \[\]\n/],
    ['deploy/terraform/programs.tf', /\n {4}portal = \{\n[^}]*?shares = \[\]\n/],
  ])('%s: no share', (file, none) => {
    expect(read(file)).toMatch(none)
  })
})

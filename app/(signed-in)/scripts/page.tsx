import type { Metadata } from 'next'
import Link from 'next/link'
import { load } from '#app/(signed-in)/load.ts'
import { systemHere } from '#app/system-here.ts'
import { ByHand } from '#components/scripts/by-hand.tsx'
import { ScriptPanel, type Target } from '#components/scripts/script-panel.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { DeviceView } from '#lib/api/schemas.ts'
import { portal } from '#lib/auth/portal.ts'
import { requireSession } from '#lib/auth/session.ts'
import { type ScriptsWords, scriptsWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { enrollId } from '#lib/overview.ts'
import { SANDBOX_CA } from '#lib/scripts/curl.ts'
import { addressesOf } from '#lib/scripts/fill-script.ts'
import { type System, systemOf } from '#lib/system.ts'

export async function generateMetadata(): Promise<Metadata> {
  const { reader } = await currentReader()
  return { title: scriptsWords(reader.language).title }
}

export default async function ScriptsPage() {
  const session = await requireSession()
  const { reader } = await currentReader()
  const words = scriptsWords(reader.language)
  const { config } = portal()
  const { me, devices } = await load(session)
  const own = devices.ok ? devices.value.items : []
  const upn = (me.ok && me.value.user?.upn) || session.upn || ''
  const browser = await systemHere()
  const facts = { own, tenant: config.tenantName, isSandbox: config.sandbox, words }
  return (
    <div className="wrap stack gap-5.5">
      <div>
        <PageHeading>{words.title}</PageHeading>
        <p className="lede mt-1.5">{words.lede}</p>
      </div>
      <Tabs
        label={words.choose}
        first={browser === 'windows' ? 1 : 0}
        tabs={[
          { name: words.unix, content: <Unix {...facts} /> },
          { name: words.windows, content: <Windows {...facts} /> },
          {
            name: words.other,
            content: (
              <ByHand
                addresses={addressesOf(config)}
                isSandbox={config.sandbox}
                upn={upn}
                words={words}
              />
            ),
          },
        ]}
      />
      <p>
        <Link href="/scripts/api" prefetch={false}>
          {words.apiLink}
        </Link>
      </p>
    </div>
  )
}

type Facts = {
  readonly own: readonly DeviceView[]
  readonly tenant: string
  readonly isSandbox: boolean
  readonly words: ScriptsWords
}

function Unix({ own, tenant, isSandbox, words }: Facts) {
  const run = 'sh latchkey-enroll.sh'
  const trust = isSandbox ? [`--cacert ${SANDBOX_CA}`] : []
  return (
    <ScriptPanel
      script="latchkey-enroll.sh"
      shell={words.terminal}
      tenant={tenant}
      targets={targetsOf(own, ['linux', 'macos'], words, (id) =>
        id === 'me'
          ? [`${run} user`, ...trust]
          : [`${run} device`, ...(id === null ? [] : [`--device-id ${id}`]), ...trust],
      )}
      rehearsal={[`${run} user`, '--dry-run', ...trust]}
      renewal={[`${run} install-timer`, ...trust]}
      what={words.unixWhat}
      where={words.unixWhere}
      locked={words.unixLocked}
      lockedCommand={[`${run} user`, '--tpm', ...trust]}
      renews={words.unixRenews}
      hint={isSandbox ? words.sandbox : null}
      words={words}
    />
  )
}

function Windows({ own, tenant, isSandbox, words }: Facts) {
  const run = 'powershell -ExecutionPolicy Bypass -File .\\latchkey-enroll.ps1'
  return (
    <ScriptPanel
      script="latchkey-enroll.ps1"
      shell={words.powershell}
      tenant={tenant}
      targets={targetsOf(own, ['windows'], words, (id) =>
        id === 'me' ? [run, 'User'] : [run, 'Device', ...(id === null ? [] : [`-DeviceId ${id}`])],
      )}
      rehearsal={[run, 'User', '-WhatIf']}
      renewal={[run, 'InstallTask']}
      what={words.windowsWhat}
      where={words.windowsWhere}
      locked={words.windowsLocked}
      lockedCommand={[run, 'User', '-Tpm']}
      renews={words.windowsRenews}
      hint={isSandbox ? fill(words.sandboxWindows, { file: SANDBOX_CA }) : null}
      words={words}
    />
  )
}

/**
 * One command for each device with these systems, one for the device where it runs, and one for the person.
 */
function targetsOf(
  own: readonly DeviceView[],
  systems: readonly System[],
  words: ScriptsWords,
  parts: (id: string | null) => readonly string[],
): readonly Target[] {
  const devices = own
    .filter((device) => systems.includes(systemOf(device.os)))
    .map((device) => ({
      title: fill(words.for, { name: device.displayName }),
      parts: parts(enrollId(device)),
      isPossible: device.possible,
    }))
  const here = { title: words.forThis, parts: parts(null), isPossible: true }
  const self = { title: words.forYou, parts: parts('me'), isPossible: true }
  return [...(devices.length > 0 ? devices : [here]), self]
}

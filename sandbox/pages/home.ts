import { type Html, html, page } from '#sandbox/html.ts'
import { mailSection } from '#sandbox/pages/mails.ts'
import type { Machine, Person } from '#sandbox/people.ts'
import { isInEntra } from '#sandbox/tenant/directory.ts'
import type { DeltaFault, GraphFault } from '#sandbox/tenant/faults.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'
import { initials, summaryOf } from '#sandbox/words.ts'

/** The page on which people change the directory: each switch is a form that posts to /play. */
export function homePage(tenantName: string, portalUrl: string, tenant: Tenant): string {
  const people = [...tenant.directory.people.values()]
  const machines = [...tenant.directory.machines.values()]
  return page(
    `${tenantName} sandbox`,
    html`<header class="top">
        <p class="brand"><span class="mark" aria-hidden="true"></span>${tenantName}</p>
        <p><a class="button" href="${portalUrl}">Open Latchkey</a></p>
      </header>
      <main>
        <h1>The directory of ${tenantName}</h1>
        <p class="lede">This is the sandbox: it stands in for Microsoft Entra ID and Intune on this
        computer. Change something here and see what becomes of the certificates.</p>
        <section aria-labelledby="people">
          <h2 id="people">People</h2>
          <p class="hint">“Account enabled” is whether the person may sign in at all. “At risk” is what
          Identity Protection says of the account. “Guest” is somebody of another organisation. Deleting
          puts an account into the recycle bin, from where it can come back.</p>
          <ul class="rows">${people.map((person) => personRow(person, tenant))}</ul>
        </section>
        <section aria-labelledby="devices">
          <h2 id="devices">Devices</h2>
          <p class="hint">“Enabled” and “Compliant” are Entra’s words, “Managed” is whether Intune has
          the device, “Being wiped” that Intune was told to erase it. The owner stands in Entra, the
          primary user in Intune; who enrolled the device stays when the primary user changes. A
          device that is restored is not compliant until you switch that on again.</p>
          <ul class="rows devices">${machines.map((machine) => machineRow(machine, tenant))}</ul>
        </section>
        ${recycleBin(tenant)}
        ${mailSection(tenant)}
        ${graphSection(tenant)}
        <section aria-labelledby="settings">
          <h2 id="settings">Licences</h2>
          <p class="hint">Without Entra ID P2 nobody is told who is at risk; without Intune no device is
          managed.</p>
          <form class="choices" method="post" action="/play/settings">
            ${toggle('entraIdP2', 'Entra ID P2', tenantName, tenant.settings.entraIdP2, ['true', 'false'])}
            ${toggle('intune', 'Intune', tenantName, tenant.settings.intune, ['true', 'false'])}
          </form>
        </section>
        <section aria-labelledby="sign-in">
          <h2 id="sign-in">Sign-in</h2>
          <p class="hint">Whether a token for the API says when somebody signed in, its optional claim
          <code>auth_time</code>. Without it each request is confirmed by one more sign-in, in a small
          window; sign in again after a change.</p>
          <form class="choices" method="post" action="/play/sign-in">
            ${toggle('authTime', 'Says when', tenantName, tenant.settings.optionalClaims.includes('auth_time'), ['true', 'false'])}
          </form>
        </section>
        <section aria-labelledby="reset">
          <h2 id="reset">Start again</h2>
          <p class="hint">Puts everyone and everything back to how it was at the start.</p>
          <form class="choices" method="post" action="/play/reset"><button>Reset the sandbox</button></form>
        </section>
      </main>`,
    'play',
  )
}

type Choice<T> = { readonly value: T | null; readonly label: string }

const GRAPH: readonly Choice<GraphFault>[] = [
  { value: null, label: 'Answers' },
  { value: 'down', label: 'Is down' },
  { value: 'slow', label: 'Is slow' },
  { value: 'throttled', label: 'Throttles' },
  { value: 'denied', label: 'Denies' },
  { value: 'empty', label: 'Is empty' },
  { value: 'forgetful', label: 'Is forgetful' },
]

const DELTA: readonly Choice<DeltaFault>[] = [
  { value: null, label: 'Tells each change once' },
  { value: 'replays', label: 'Tells changes again' },
  { value: 'removed-first', label: 'Begins with the removed' },
  { value: 'empty-pages', label: 'Sends empty pages' },
]

function graphSection({ faults }: Tenant): Html {
  const isBehind = faults.replica !== null
  return html`<section aria-labelledby="graph">
    <h2 id="graph">Microsoft Graph</h2>
    <p class="hint">What the directory answers when it is asked.</p>
    <form class="choices" method="post" action="/play/faults">
      ${GRAPH.map((one) => choice('graph', one, faults.graph))}
    </form>
    <p class="hint">How it tells what has changed.</p>
    <form class="choices" method="post" action="/play/faults">
      ${DELTA.map((one) => choice('delta', one, faults.delta))}
    </form>
    <p class="hint">Whether its answers are of now. From “Stands still” on they are of that moment, until
    it catches up.</p>
    <form class="choices" method="post" action="/play/faults">
      ${pressed('replica', 'current', 'Is up to date', !isBehind)}
      ${pressed('replica', 'behind', 'Stands still', isBehind)}
      ${isBehind ? html`<button name="replica" value="catch-up">Catch up now</button>` : []}
    </form>
  </section>`
}

function recycleBin({ directory }: Tenant): Html {
  const people = [...directory.deletedPeople.values()].map(({ item }) =>
    binRow(item.oid, 'users', item.displayName, item.upn),
  )
  const machines = [...directory.deletedMachines.values()].map(({ item }) =>
    binRow(item.objectId, 'devices', item.displayName, `${item.os} ${item.osVersion}`),
  )
  const rows = [...people, ...machines]
  return html`<section aria-labelledby="bin">
    <h2 id="bin">Recycle bin</h2>
    <p class="hint">What was deleted can be restored for thirty days. Deleting it here is final.</p>
    ${rows.length === 0 ? html`<p class="rows none">Nothing was deleted.</p>` : html`<ul class="rows bin">${rows}</ul>`}
  </section>`
}

function binRow(id: string, kind: 'users' | 'devices', name: string, about: string): Html {
  const of = html`<span class="unseen"> ${name}</span>`
  return html`<li>
    <div class="who"><p class="name">${name}</p><p class="upn">${about}</p></div>
    <form class="choices" method="post" action="/play/${kind}/${id}">
      <button name="restore" value="yes">Restore${of}</button>
      <button class="danger" name="delete" value="permanent">Delete for good${of}</button>
    </form>
  </li>`
}

function personRow(person: Person, tenant: Tenant): Html {
  const { oid, displayName, enabled, risk } = person
  return html`<li id="${oid}">
    <span class="avatar" aria-hidden="true">${initials(displayName)}</span>
    <div class="who">
      <p class="name">${displayName}</p>
      <p class="upn">${person.upn}</p>
      <p class="about">${summaryOf(person, tenant.directory.machines.values())}</p>
    </div>
    <form class="switches" method="post" action="/play/users/${oid}">
      ${toggle('enabled', 'Account enabled', displayName, enabled, ['true', 'false'])}
      ${toggle('risk', 'At risk', displayName, risk !== 'none', ['high', 'none'])}
      ${toggle('guest', 'Guest', displayName, person.guest, ['true', 'false'])}
    </form>
    ${more('Delete', displayName, removal(`/play/users/${oid}`, displayName, false))}
  </li>`
}

function machineRow(machine: Machine, tenant: Tenant): Html {
  const id = machine.deviceId ?? machine.intuneId ?? machine.objectId
  const name = machine.displayName
  const managed = machine.intuneId !== null
  const wiping = managed && machine.managementState !== 'managed'
  const compliant = machine.entraCompliant ?? machine.compliant
  const action = `/play/devices/${id}`
  return html`<li id="${id}">
    <span class="avatar square" aria-hidden="true">${machine.os.slice(0, 3)}</span>
    <div class="who">
      <p class="name">${name}</p>
      <p class="upn">${machine.os} ${machine.osVersion}</p>
      <p class="about">${whose(machine, tenant)}</p>
    </div>
    <form class="switches" method="post" action="${action}">
      ${toggle('enabled', 'Enabled', name, machine.enabled, ['true', 'false'])}
      ${toggle('managed', 'Managed', name, managed, ['true', 'false'])}
      ${toggle('compliant', 'Compliant', name, compliant, ['true', 'false'])}
      ${managed ? toggle('managementState', 'Being wiped', name, wiping, ['wipePending', 'managed']) : []}
    </form>
    ${more(
      'Change',
      name,
      html`${hands('ownerUpn', 'Hand over to', machine.entraOwnerOid, action, tenant)}
        ${managed ? hands('intuneOwnerUpn', 'Primary user', machine.primaryUserOid, action, tenant) : []}
        ${removal(action, name, managed && isInEntra(machine))}`,
    )}
  </li>`
}

/** One line on who owns, uses and enrolled the device, where these differ. */
function whose(machine: Machine, { directory }: Tenant): string {
  const nameOf = (oid: string | null) => directory.people.get(oid ?? '')?.displayName ?? null
  const owner = nameOf(machine.entraOwnerOid)
  const primary = nameOf(machine.primaryUserOid)
  const enrolledBy = nameOf(machine.enrolledByOid)
  const isManaged = machine.intuneId !== null
  const parts = [
    isInEntra(machine) ? '' : 'Not in Entra',
    owner ? `Belongs to ${owner}` : 'Belongs to nobody',
    isManaged && primary !== owner ? `primary user ${primary ?? 'nobody'}` : '',
    isManaged && enrolledBy !== primary ? `enrolled by ${enrolledBy ?? 'nobody'}` : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}

/** A list of people and a button, which sets one of them, or nobody, in this role. */
function hands(
  field: string,
  label: string,
  oid: string | null,
  action: string,
  { directory }: Tenant,
): Html {
  const options = [...directory.people.values()].map((person) => {
    const selected = person.oid === oid ? html` selected` : html``
    return html`<option value="${person.upn}"${selected}>${person.displayName}</option>`
  })
  return html`<form class="hands" method="post" action="${action}">
    <label>${label} <select name="${field}"><option value="">Nobody</option>${options}</select></label>
    <button>Set</button>
  </form>`
}

/** A switch that works without a script: a button that submits the other value. */
function toggle(
  field: string,
  label: string,
  of: string,
  on: boolean,
  [whenOn, whenOff]: readonly [string, string],
): Html {
  const value = on ? whenOff : whenOn
  return html`<button class="switch" role="switch" aria-checked="${String(on)}" name="${field}"
    value="${value}"><span class="track" aria-hidden="true"></span>${label}<span
    class="unseen"> of ${of}</span></button>`
}

function more(label: string, of: string, content: Html): Html {
  return html`<details>
    <summary>${label}<span class="unseen"> ${of}</span></summary>
    ${content}
  </details>`
}

function removal(action: string, name: string, intuneKeepsIt: boolean): Html {
  return html`<form class="choices" method="post" action="${action}">
    <button class="danger" name="delete" value="yes">Delete ${name}</button>
    ${intuneKeepsIt ? html`<button class="danger" name="delete" value="entra">Delete in Entra only</button>` : []}
    <button class="danger" name="delete" value="permanent">Delete for good</button>
  </form>`
}

function choice<T extends string>(name: string, one: Choice<T>, now: T | null): Html {
  return pressed(name, one.value ?? '', one.label, one.value === now)
}

function pressed(name: string, value: string, label: string, isNow: boolean): Html {
  return html`<button name="${name}" value="${value}"
    aria-pressed="${String(isNow)}">${label}</button>`
}

import { type Html, html, page } from './html.ts'
import type { Machine, Person } from './people.ts'
import type { GraphFault, Tenant } from './tenant.ts'
import { initials, summaryOf } from './words.ts'

/** The page on which people play the directory: each switch is a form that posts to /play. */
export function homePage(tenantName: string, portalUrl: string, tenant: Tenant): string {
  const people = [...tenant.people.values()]
  const machines = [...tenant.machines.values()]
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
          <p class="hint">Switch an account off, and the certificates made out to that person go on
          hold within seconds; switch it on again, and they are good again. Deleting is final.</p>
          <ul class="rows">${people.map((person) => personRow(person, tenant))}</ul>
        </section>
        <section aria-labelledby="devices">
          <h2 id="devices">Devices</h2>
          <p class="hint">A device that is not enabled or not compliant has its certificates on hold
          until it is again. Wiping and deleting are final.</p>
          <ul class="rows devices">${machines.map((machine) => machineRow(machine, tenant))}</ul>
        </section>
        <section aria-labelledby="graph">
          <h2 id="graph">Microsoft Graph</h2>
          <p class="hint">What the directory answers when Latchkey asks it.</p>
          <form class="choices" method="post" action="/play/faults">
            ${FAULTS.map((fault) => faultButton(fault, tenant.graphFault))}
          </form>
        </section>
        <section aria-labelledby="reset">
          <h2 id="reset">Start again</h2>
          <p class="hint">Puts everyone and everything back to how it was at the start.</p>
          <form method="post" action="/play/reset"><button>Reset the sandbox</button></form>
        </section>
      </main>`,
    'play',
  )
}

type Fault = { readonly value: GraphFault | null; readonly label: string }

const FAULTS: readonly Fault[] = [
  { value: null, label: 'Answers' },
  { value: 'down', label: 'Is down' },
  { value: 'slow', label: 'Is slow' },
  { value: 'throttled', label: 'Throttles' },
  { value: 'denied', label: 'Denies' },
  { value: 'empty', label: 'Is empty' },
  { value: 'forgetful', label: 'Is forgetful' },
]

function personRow(person: Person, tenant: Tenant): Html {
  const { oid, displayName, enabled, risk } = person
  return html`<li id="${oid}">
    <span class="avatar" aria-hidden="true">${initials(displayName)}</span>
    <div class="who">
      <p class="name">${displayName}</p>
      <p class="upn">${person.upn}</p>
      <p class="about">${summaryOf(person, tenant.machines.values())}</p>
    </div>
    <form class="switches" method="post" action="/play/users/${oid}">
      ${toggle('enabled', 'Account enabled', displayName, enabled, ['true', 'false'])}
      ${toggle('risk', 'At risk', displayName, risk !== 'none', ['high', 'none'])}
      ${toggle('guest', 'Guest', displayName, person.guest, ['true', 'false'])}
    </form>
    ${removal(`/play/users/${oid}`, displayName)}
  </li>`
}

function machineRow(machine: Machine, tenant: Tenant): Html {
  const id = machine.deviceId ?? machine.intuneId ?? machine.objectId
  const name = machine.displayName
  const owner = tenant.people.get(machine.entraOwnerOid ?? machine.intuneOwnerOid ?? '')
  const managed = machine.intuneId !== null
  const wiping = managed && machine.managementState !== 'managed'
  return html`<li id="${id}">
    <span class="avatar square" aria-hidden="true">${machine.os.slice(0, 3)}</span>
    <div class="who">
      <p class="name">${name}</p>
      <p class="upn">${machine.os} ${machine.osVersion}</p>
      <p class="about">${owner ? `Belongs to ${owner.displayName}` : 'Belongs to nobody'}</p>
    </div>
    <form class="switches" method="post" action="/play/devices/${id}">
      ${toggle('enabled', 'Enabled', name, machine.enabled, ['true', 'false'])}
      ${toggle('managed', 'Managed', name, managed, ['true', 'false'])}
      ${toggle('compliant', 'Compliant', name, machine.compliant, ['true', 'false'])}
      ${managed ? toggle('managementState', 'Being wiped', name, wiping, ['wipePending', 'managed']) : []}
    </form>
    ${removal(`/play/devices/${id}`, name)}
  </li>`
}

/** A switch that works without a script: a button that carries the other value. */
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

function removal(action: string, name: string): Html {
  return html`<details>
    <summary>Delete<span class="unseen"> ${name}</span></summary>
    <form method="post" action="${action}">
      <button class="danger" name="delete" value="yes">Delete ${name}</button>
    </form>
  </details>`
}

function faultButton(fault: Fault, now: GraphFault | null): Html {
  return html`<button name="graph" value="${fault.value ?? ''}"
    aria-pressed="${String(fault.value === now)}">${fault.label}</button>`
}

import { type Html, html, page } from '#sandbox/html.ts'
import type { Person } from '#sandbox/people.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'
import { initials, summaryOf } from '#sandbox/words.ts'

/** The sandbox's page in place of Microsoft's sign-in page: no password, one button for each person. */
export function pickerPage(tenantName: string, tenant: Tenant, action: string): string {
  const people = [...tenant.directory.people.values()]
  return shell(
    'Pick an account',
    tenantName,
    html`<h1>Pick an account</h1>
      <p class="lede">to continue to Latchkey</p>
      <form method="post" action="${action}">
        <ul class="people">
          ${people.map((person) => personButton(person, tenant))}
        </ul>
        <button name="cancel" value="yes">Cancel</button>
      </form>`,
  )
}

/** What Entra says to a disabled account: only another account can continue. */
export function disabledPage(tenantName: string, person: Person, action: string): string {
  return shell(
    'Your account is disabled',
    tenantName,
    html`<h1>Your account is disabled</h1>
      <p class="problem" role="alert">
        <strong>${person.upn}</strong> cannot sign in. Contact your IT department.
        <span class="code">AADSTS50057: The user account is disabled.</span>
      </p>
      <p><a class="button" href="${action}">Pick another account</a></p>`,
  )
}

/** An error of the sign-in that cannot be sent to the application, such as a wrong redirect address. */
export function problemPage(tenantName: string, heading: string, detail: string): string {
  return shell(
    heading,
    tenantName,
    html`<h1>${heading}</h1>
      <p class="problem" role="alert">${detail}</p>`,
  )
}

/** A page of the device sign-in: instructions, and oidc-provider's own form with a button. */
export function devicePage(tenantName: string, heading: string, detail: string, form: Html | null) {
  return shell(
    heading,
    tenantName,
    html`<h1>${heading}</h1>
      <p class="lede">${detail}</p>
      ${form ?? ''}`,
  )
}

function shell(title: string, tenantName: string, content: Html): string {
  return page(
    `${title} – ${tenantName} sandbox`,
    html`<main class="card">
        <p class="brand"><span class="mark" aria-hidden="true"></span>${tenantName}</p>
        ${content}
      </main>
      <footer class="note">
        <p><strong>This is the sandbox.</strong> It stands in for Microsoft’s sign-in page on this
        computer. Everyone here is made up, so nobody needs a password.</p>
        <p><a href="/">People and devices of the sandbox</a></p>
      </footer>`,
    'picker',
  )
}

function personButton(person: Person, tenant: Tenant): Html {
  return html`<li>
    <button class="person" name="oid" value="${person.oid}">
      <span class="avatar" aria-hidden="true">${initials(person.displayName)}</span>
      <span class="who">
        <span class="name">${person.displayName}</span>
        <span class="upn">${person.upn}</span>
        <span class="about">${summaryOf(person, tenant.directory.machines.values())}</span>
      </span>
    </button>
  </li>`
}

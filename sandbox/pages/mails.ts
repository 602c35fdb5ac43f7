import type { ServerResponse } from 'node:http'
import { type Html, html } from '#sandbox/html.ts'
import { HttpError, PAGE_HEADERS } from '#sandbox/http.ts'
import type { Mail } from '#sandbox/tenant/mails.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'

/** The mails that were handed over, as a part of the page. */
export function mailSection({ mails }: Tenant): Html {
  return html`<section aria-labelledby="mail">
    <h2 id="mail">Mail</h2>
    <p class="hint">What people would have got. Nothing is sent from here.</p>
    ${mails.length === 0 ? html`<p class="rows none">No mail yet.</p>` : html`<ul class="rows bin">${mails.map(mailRow)}</ul>`}
  </section>`
}

function mailRow({ id, to, from, subject, text }: Mail): Html {
  const readers = to.map(({ name, address }) => `${name} <${address}>`).join(', ')
  return html`<li>
    <div class="who">
      <p class="name">${subject}</p>
      <p class="upn">To ${readers}, from ${from.address}</p>
      <details><summary>Read<span class="unseen"> ${subject}</span></summary>
        <p class="letter">${linked(text)}</p>
        <p><a href="/mails/${id}">As a mail program shows it</a></p>
      </details>
    </div>
  </li>`
}

function linked(text: string): readonly Html[] {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

/** Its own styles, and nothing else: no script, no picture, nothing from elsewhere. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The mail as its program shows it. Throws HttpError 404. */
export function sendMail(response: ServerResponse, { mails }: Tenant, id: string): void {
  const mail = mails.find((one) => one.id === id)
  if (!mail) throw new HttpError(404, 'There is no such mail in the sandbox.')
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': MAIL_POLICY,
  })
  response.end(mail.html)
}

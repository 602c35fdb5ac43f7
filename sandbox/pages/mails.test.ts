import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSandboxPost } from '#lib/mail/sandbox-post.ts'
import { HEAD, letter } from '#lib/mail/testing/letter.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

let site: TestSite
beforeAll(async () => {
  site = await startTestSite()
})
afterAll(() => site.close())

const read = async (path: string) => (await fetch(`${site.sandbox.url}${path}`)).text()

test('a mail is shown as text with its links, and as a mail program shows it', async () => {
  const session = await openSandboxPost(`${site.sandbox.url}/graph`, HEAD).open()
  expect(await session.deliver(letter())).toBe('taken')
  const page = await read('/')
  expect(page).toContain('The certificate of ALICE-LT-042 ends in 14 days')
  expect(page).toContain('To Alice Adler &lt;alice@contoso.example&gt;')
  expect(page).toMatch(/<a href="https:\/\/keys\.contoso\.example\/reminders\/\w+">https:/)

  const [path = ''] = /\/mails\/[\w-]+/.exec(page) ?? []
  const shown = await fetch(`${site.sandbox.url}${path}`)
  expect(await shown.text()).toContain('<meta name="color-scheme" content="light dark">')
  expect(shown.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src/)
  expect((await fetch(`${site.sandbox.url}/mails/none`)).status).toBe(404)

  await site.control('POST', 'reset')
  expect(await read('/')).toContain('No mail yet.')
})

test('a hundred are kept, and a text breaks out of nothing', async () => {
  const mail = {
    from: { address: 'a@b.example' },
    to: [{ address: 'c@d.example', name: '<b>' }],
    ...{ subject: '<script>', text: 'see http://x.example/"onclick=1 <i>', html: '' },
  }
  for (let count = 0; count < 101; count++) await site.control('POST', 'mails', mail)
  expect(await (await site.control('GET', 'mails')).json()).toHaveLength(100)
  expect(await read('/')).not.toMatch(/<script|<b>|<i>|"onclick/)
  expect((await site.control('POST', 'mails', { ...mail, to: [] })).status).toBe(400)
  expect((await site.control('DELETE', 'mails')).status).toBe(204)
})

test('a sandbox that is not there takes nothing', async () => {
  const gone = await startTestSite()
  await gone.close()
  const post = openSandboxPost(gone.sandbox.url, HEAD)
  await expect(post.open()).rejects.toMatchObject({ name: 'PostError' })
})

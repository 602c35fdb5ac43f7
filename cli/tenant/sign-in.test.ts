import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser, startTestSite, type TestSite } from '#sandbox/testing/site.ts'
import { inWords } from './microsoft-words.ts'
import { type SignIn, tokenByDeviceCode, tokenOfAzureCli } from './sign-in.ts'

let site: TestSite
let where: SignIn
beforeAll(async () => {
  site = await startTestSite()
  const { tenantId, loginUrl, graphUrl } = site.config
  where = { tenantId, loginUrl, graphUrl }
})
afterAll(() => site.close())

const ERIN = 'e4140005-6a7c-4d93-8e20-c9f3b5a71d05'

describe('a code on another page', () => {
  test('gives the token of who enters it there', async () => {
    const shown: string[] = []
    const waited: number[] = []
    const wait = async (milliseconds: number) => {
      waited.push(milliseconds)
      if (waited.length === 2) await enterCode(shown[0] ?? '')
    }
    const token = await tokenByDeviceCode(where, (sentence) => shown.push(sentence), wait)
    expect(decodeJwt(token)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      oid: ERIN,
      scp: expect.stringContaining('Application.ReadWrite.All'),
    })
    expect(shown).toEqual([expect.stringMatching(/open the page http.* enter the code \S+/)])
    expect(waited).toEqual([5000, 5000])
  })

  test('of another tenant is told in words', async () => {
    const other = { ...where, loginUrl: `${where.loginUrl}/nowhere` }
    const error = await tokenByDeviceCode(
      other,
      () => undefined,
      async () => undefined,
    ).catch((thrown: unknown) => thrown)
    expect(inWords(error)).toMatch(/^Microsoft says: an answer with status 404 \(date /)
  })

  async function enterCode(sentence: string): Promise<void> {
    const [, address = '', code = ''] = /page (\S+) and enter the code (\S+)/.exec(sentence) ?? []
    const browser = createBrowser()
    const form = (fields: Record<string, string>) => ({
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: site.sandbox.url },
    })
    const follow = ({ headers }: Response) =>
      new URL(headers.get('location') ?? '', site.sandbox.url).href
    const entry = await (await browser(address)).text()
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(entry) ?? []
    await browser(address, form({ xsrf, user_code: code }))
    const confirmed = await browser(address, form({ xsrf, user_code: code, confirm: 'yes' }))
    const picked = await browser(follow(confirmed), form({ oid: ERIN }))
    await browser(follow(picked))
  }
})

describe('Azure CLI', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-az-'))
  afterEach(() => vi.unstubAllEnvs())
  afterAll(() => rmSync(folder, { recursive: true }))

  function az(script: string): void {
    const file = path.join(folder, 'az')
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`)
  }

  test('is asked for Graph of this tenant', async () => {
    az('echo "{\\"accessToken\\":\\"$*\\"}"')
    expect(await tokenOfAzureCli(where)).toBe(
      `account get-access-token --tenant ${where.tenantId} --resource ${where.graphUrl} --output json`,
    )
  })

  test.each([
    [
      'its own sentence is given',
      'echo "ERROR: Please run az login" >&2; exit 1',
      /Please run az login/,
    ],
    ['that it is missing is said', null, /Is it installed\?/],
  ])('when it gives none, %s', async (_, script, sentence) => {
    if (script === null) vi.stubEnv('PATH', '/nowhere')
    else az(script)
    await expect(tokenOfAzureCli(where)).rejects.toThrow(sentence)
  })
})

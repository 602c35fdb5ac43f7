import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** A Firefox with a profile of its own, which is told by WebDriver BiDi what to open. */
export type Firefox = {
  /** Opens an address and gives the text of the page. Throws with Firefox's words when it cannot. */
  readonly textOf: (url: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** It sends the certificate without asking, and nothing to its maker. */
const PREFERENCES = {
  'security.default_personal_cert': 'Select Automatically',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'devtools.jsonview.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
}

/** Starts Firefox with the profile in a folder, which may hold a certificate store (cert9.db) already. */
export async function startFirefox(profile: string): Promise<Firefox> {
  mkdirSync(profile, { recursive: true })
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  )
  writeFileSync(path.join(profile, 'user.js'), lines.join('\n'))
  const program = spawn(
    'firefox-esr',
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    { env: { ...process.env, HOME: profile }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exited = once(program, 'exit')
  const session = await openSession(await listeningAddress(program.stderr))
  const textOf = async (url: string) => {
    const { context } = await session<{ context: string }>('browsingContext.create', {
      type: 'tab',
    })
    await session('browsingContext.navigate', { context, url, wait: 'complete' })
    const { result } = await session<{ result: { value: string } }>('script.evaluate', {
      expression: 'document.body.textContent',
      target: { context },
      awaitPromise: false,
    })
    return result.value
  }
  const close = async () => {
    program.kill()
    await exited
  }
  return { textOf, close }
}

async function listeningAddress(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = []
  for await (const line of createInterface({ input: output })) {
    const address = /^WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1]
    if (address) {
      // Firefox would stand still when nobody reads on.
      output.resume()
      return address
    }
    said.push(line)
  }
  throw new Error(`Firefox does not start:\n${said.join('\n')}`)
}

type Ask = <Result>(method: string, parameters: object) => Promise<Result>

/** Opens a session of WebDriver BiDi: numbered commands and answers in JSON over one WebSocket. */
async function openSession(address: string): Promise<Ask> {
  const socket = new WebSocket(`${address}/session`)
  const answers = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    answers.get(answer.id ?? 0)?.(answer)
  })
  await once(socket, 'open')
  const ask: Ask = async (method, parameters) => {
    const id = answers.size + 1
    const answered = new Promise<Answer>((resolve) => answers.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params: parameters }))
    const { result, message } = await answered
    if (!result) throw new Error(message ?? `${method} has failed`)
    return result as never
  }
  // Firefox refuses a site's certificate that is its own CA; whom the site trusts is what is tried here.
  await ask('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } })
  return ask
}

type Answer = { readonly id?: number; readonly result?: object; readonly message?: string }

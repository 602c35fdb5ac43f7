import { expect, test } from 'vitest'
import { freePort } from '#lib/testing/free-port.ts'
import { callMicrosoft } from './microsoft.ts'
import { inWords } from './microsoft-words.ts'

test('an address where nobody listens is told with what to do', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const failure = await callMicrosoft(`http://${host}:${await freePort()}/`).catch(inWords)
    expect(failure).toContain('npm run sandbox')
  }
})

import { Agent, get } from 'node:http'

const agent = new Agent({ keepAlive: true })

/** The least that a question about a person costs with the client of Node. */
export function requirePerson(graphUrl: string, oid: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = `${graphUrl}/v1.0/users/${oid}?$select=id,accountEnabled,userPrincipalName`
    get(url, { agent, headers: { authorization: 'Bearer bench' } }, (answered) => {
      let text = ''
      answered.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answered.on('end', () => {
        const { id, accountEnabled } = JSON.parse(text) as { id: string; accountEnabled: boolean }
        if (id === oid && accountEnabled) resolve()
        else reject(new Error('Nobody.'))
      })
    }).on('error', reject)
  })
}

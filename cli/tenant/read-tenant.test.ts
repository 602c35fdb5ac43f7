import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openGraph, principalId } from './read-tenant.ts'

/** A Graph that names this next page in its first answer. Gives its address and which paths were asked. */
async function serve(next: (own: string) => string | undefined) {
  const asked: string[] = []
  const server = http.createServer(({ url = '' }, response) => {
    asked.push(url)
    const own = `http://localhost:${(server.address() as AddressInfo).port}`
    const link = asked.length === 1 ? next(own) : undefined
    response.end(JSON.stringify({ value: link ? [] : [{ id: 'g-1' }], '@odata.nextLink': link }))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => server.close() }
}

test('a next page is asked for at Graph', async () => {
  const graph = await serve((own) => `${own}/v1.0/groups?$skiptoken=2`)
  expect(await principalId(openGraph(graph.url, 'a token'), 'Everybody')).toBe('g-1')
  expect(graph.asked.at(-1)).toBe('/v1.0/groups?$skiptoken=2')
  graph.close()
})

test('a next page elsewhere gets no token', async () => {
  const other = await serve(() => undefined)
  for (const link of [`${other.url}/v1.0/groups`, other.url.replace('http', 'HTTP')]) {
    const graph = await serve(() => link)
    await expect(principalId(openGraph(graph.url, 'a token'), 'Everybody')).rejects.toThrow(
      'Graph names a next page that is not its own.',
    )
    graph.close()
  }
  expect(other.asked).toEqual([])
  other.close()
})

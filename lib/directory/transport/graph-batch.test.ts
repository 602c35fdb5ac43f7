import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { idSchema } from '#lib/directory/graph-schemas.ts'
import {
  closeGraphServers,
  failure,
  flood,
  graphError,
  type Handler,
  json,
  redirect,
  type ServeOptions,
  serveGraph,
  status,
} from '#lib/directory/testing/graph-server.ts'
import type { Outcome } from './graph-answer.ts'
import { batchBody, batchOutcomes, batchUrlOf } from './graph-batch.ts'
import { type GraphCalls, openGraphClient } from './graph-client.ts'
import { BUDGETS } from './graph-http.ts'

/** Questions in one batch: answers are matched by id, and each has a status of its own. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const BASE = new URL('https://graph.microsoft.com/')

afterEach(closeGraphServers)

test('a batch of one version, with addresses beneath it', () => {
  const at = (path: string) => new URL(path, BASE)
  const filter = encodeURIComponent("deviceId eq 'x'")
  const questions = [
    { url: at(`beta/users/${ALICE}?$select=id`), headers: {} },
    { url: at(`beta/devices?$filter=${filter}`), headers: { consistencylevel: 'eventual' } },
  ]
  const url = batchUrlOf(at('beta/devices?$top=1'), BASE)
  expect(url.href).toBe('https://graph.microsoft.com/beta/$batch')
  expect(JSON.parse(batchBody(questions, url))).toEqual({
    requests: [
      { id: '1', method: 'GET', url: `/users/${ALICE}?$select=id`, headers: {} },
      {
        id: '2',
        method: 'GET',
        url: '/devices?$filter=deviceId%20eq%20%27x%27',
        headers: { consistencylevel: 'eventual' },
      },
    ],
  })
})

describe('the outcome of each question', () => {
  const NAMES = ['first', 'second', 'third']
  const ok = (id: string) => ({ id, status: 200, headers: {}, body: { id } })
  const refusal = (id: string, code: number, headers: object, name = 'X') => {
    return { id, status: code, headers, body: JSON.parse(graphError(name)) }
  }
  const outcomes = (...responses: readonly unknown[]) => batchOutcomes({ responses }, NAMES)
  const said = (outcome: Outcome | undefined) =>
    outcome?.kind === 'error'
      ? { text: outcome.error.message, again: outcome.again, wait: outcome.error.retryAfter }
      : outcome?.body

  test('DIR-17: answers in any order', () => {
    for (const order of ['123', '321', '231']) {
      const bodies = outcomes(...order.split('').map(ok)).map(said)
      expect(bodies).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }])
    }
  })

  test.each([
    ['404 of Graph', refusal('2', 404, {}, 'ResourceNotFound'), null],
    [
      '404 of somebody else',
      refusal('2', 404, {}),
      { text: 'second a 404 is not about the object', again: false, wait: null },
    ],
    [
      '404 without a body',
      { id: '2', status: 404 },
      { text: 'second a 404 is not about the object', again: false, wait: null },
    ],
    ['403', refusal('2', 403, {}), { text: 'second answered 403 X', again: false, wait: null }],
    [
      '429 with a time to wait',
      refusal('2', 429, { 'Retry-After': '7' }),
      { text: 'second answered 429 X', again: true, wait: 7 },
    ],
    [
      '429 with a number for it',
      refusal('2', 429, { 'retry-after': 7 }),
      { text: 'second answered 429 X', again: true, wait: 7 },
    ],
    [
      '429 without one',
      { id: '2', status: 429, body: '' },
      { text: 'second answered 429', again: true, wait: null },
    ],
    ['503', refusal('2', 503, {}), { text: 'second answered 503 X', again: true, wait: null }],
    ['424', refusal('2', 424, {}), { text: 'second answered 424 X', again: false, wait: null }],
    ['302', { id: '2', status: 302 }, { text: 'second answered 302', again: false, wait: null }],
    ['a body that is missing', { id: '2', status: 200 }, undefined],
    [
      'a body that is null, which is no 404',
      { id: '2', status: 200, body: null },
      { text: 'second answered 200 with null', again: false, wait: null },
    ],
    ['a body that is no JSON', { id: '2', status: 200, body: 'PGh0bWw+' }, 'PGh0bWw+'],
  ])('DIR-18: %s concerns one question alone', (_name, answer, expected) => {
    const [first, second, third] = outcomes(answer, ok('3'), ok('1'))
    expect([said(first), said(second), said(third)]).toEqual([{ id: '1' }, expected, { id: '3' }])
  })

  test('DIR-17: one that is not answered is asked again', () => {
    expect(outcomes(ok('3'), ok('1')).map(said)).toEqual([
      { id: '1' },
      { text: 'second is not answered', again: true, wait: null },
      { id: '3' },
    ])
  })

  test('the ids of a refusal are for the log', () => {
    const headers = { 'Request-Id': BOB, 'x-ms-ags-diagnostic': ['x'] }
    const [first] = outcomes(refusal('1', 403, headers), ok('2'), ok('3'))
    expect(said(first)).toMatchObject({ text: `first answered 403 X (request-id ${BOB})` })
  })

  test.each([
    ['an answer twice', { responses: [ok('1'), ok('2'), ok('3'), ok('2')] }, 'twice'],
    ['an answer too many', { responses: [ok('1'), ok('2'), ok('3'), ok('4')] }, 'not asked'],
    ['an answer with a strange id', { responses: [ok('1'), ok('2'), ok('03')] }, 'not asked'],
    ['an id that is a number', { responses: [{ ...ok('1'), id: 1 }] }, 'cannot be read'],
    ['a status that is a text', { responses: [{ ...ok('1'), status: '200' }] }, 'cannot be read'],
    ['no status', { responses: [{ id: '1', body: {} }] }, 'cannot be read'],
    ['headers that are a list', { responses: [{ ...ok('1'), headers: [] }] }, 'cannot be read'],
    ['answers that are no list', { responses: {} }, 'cannot be read'],
    ['a list', [ok('1')], 'cannot be read'],
    ['a page of a list', { value: [] }, 'cannot be read'],
    ['null', null, 'cannot be read'],
  ])('DIR-17: with %s nothing of the batch counts', (_name, body, message) => {
    expect(() => batchOutcomes(body, NAMES)).toThrow(message)
  })
})

test('what is asked in one turn is one call, what is asked alone is a GET', async () => {
  const { ask, calls, requests } = await serve(knowsEveryone)
  expect(await ask((graph) => both(graph))).toEqual([{ id: ALICE }, { id: BOB }])
  expect(await ask((graph) => user(graph, ALICE))).toEqual({ id: ALICE })
  await ask(async (graph) => [await user(graph, ALICE), await user(graph, BOB)])
  const get = `GET /graph/v1.0/users/${ALICE}`
  expect(calls).toEqual(['POST /graph/v1.0/$batch', get, get, `GET /graph/v1.0/users/${BOB}`])
  expect(requests).toHaveLength(5)
})

test('one question after the other goes over one connection', async () => {
  const sockets = new Set<unknown>()
  const server = await serveGraph((request, response, url) => {
    sockets.add(request.socket)
    knowsEveryone(url)(request, response, url)
  })
  const { ask } = openGraphClient(server.options)
  for (let turn = 0; turn < 20; turn += 1) await ask((graph) => user(graph, ALICE))
  expect(sockets.size).toBe(1)
})

test('promises that are settled by now do not part what is asked together', async () => {
  const { ask, calls } = await serve(knowsEveryone)
  await ask((graph) => {
    const late = async () => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
      return user(graph, ALICE)
    }
    return Promise.all([late(), user(graph, BOB)])
  })
  expect(calls).toHaveLength(1)
})

test('two questions of different people are never in one call', async () => {
  const { ask, calls } = await serve(knowsEveryone)
  await Promise.all([ask((graph) => user(graph, ALICE)), ask((graph) => user(graph, BOB))])
  expect(calls.toSorted()).toEqual([
    `GET /graph/v1.0/users/${ALICE}`,
    `GET /graph/v1.0/users/${BOB}`,
  ])
})

test('each version has a batch of its own, and no batch more than twenty requests', async () => {
  const { ask, calls, requests } = await serve(knowsEveryone)
  const ids = Array.from({ length: 41 }, (_, n) => `a11ce001-0000-4000-8000-${100_000_000_000 + n}`)
  const found = await ask((graph) =>
    Promise.all([
      ...ids.map((id) => user(graph, id)),
      user(graph, ALICE, 'beta'),
      user(graph, BOB, 'beta'),
    ]),
  )
  expect(found.map((one) => one?.id)).toEqual([...ids, ALICE, BOB])
  const last = `GET /graph/v1.0/users/${ids.at(-1)}`
  const batch = 'POST /graph/v1.0/$batch'
  expect(calls.toSorted()).toEqual([last, 'POST /graph/beta/$batch', batch, batch])
  expect(requests).toHaveLength(43)
})

test('headers of a question and its priority go with it', async () => {
  const { ask, headers } = await serve(() => json({ value: [] }))
  const eventual = { headers: { consistencylevel: 'eventual' } }
  await ask((graph) =>
    Promise.all([graph.list('v1.0/users', idSchema, eventual), graph.list('v1.0/b', idSchema)]),
  )
  expect(headers.map((sent) => sent.consistencylevel).toSorted()).toEqual(['eventual', undefined])
  expect(headers.every((sent) => sent['x-ms-throttle-priority'] === 'high')).toBe(true)
})

test('pages of two lists are followed together', async () => {
  const { ask, calls } = await serve((url) => {
    const at = Number(url.searchParams.get('$skiptoken') ?? 0)
    const next = `${url.origin}${url.pathname}?$skiptoken=${at + 1}`
    return json({ value: [{ id: ALICE }], ...(at < 2 && { '@odata.nextLink': next }) })
  })
  const lists = await ask((graph) =>
    Promise.all(['v1.0/users', 'v1.0/devices'].map((path) => graph.list(path, idSchema))),
  )
  expect(lists.map((list) => list.length)).toEqual([3, 3])
  expect(calls).toHaveLength(3)
})

test('DIR-07: a nextLink within a batch leads nowhere else either', async () => {
  const { ask } = await serve((url) =>
    json({ value: [], '@odata.nextLink': `http://attacker.example${url.pathname}?$skiptoken=1` }),
  )
  const error = await failure(
    ask((graph) =>
      Promise.all([graph.list('v1.0/users', idSchema), graph.list('v1.0/devices', idSchema)]),
    ),
  )
  expect(String(error.cause)).toContain('leads away from Graph')
})

test('what failed of a batch is asked again, alone, and the rest is not', async () => {
  let asked = 0
  const { ask, calls, requests } = await serve((url) => {
    if (url.pathname.endsWith(ALICE) || asked++ > 0) return knowsEveryone(url)
    return status(503)
  })
  expect(await ask(both)).toEqual([{ id: ALICE }, { id: BOB }])
  expect(calls).toEqual(['POST /graph/v1.0/$batch', `GET /graph/v1.0/users/${BOB}`])
  expect(requests).toHaveLength(3)
})

test('DIR-18: several that are throttled are asked again together, after the longest time', async () => {
  const asked = new Map<string, number>()
  const { ask, calls } = await serve((url) => {
    const count = (asked.get(url.pathname) ?? 0) + 1
    asked.set(url.pathname, count)
    const seconds = url.pathname.endsWith(ALICE) ? '0' : '1'
    return count === 1 ? status(429, '', { 'retry-after': seconds }) : knowsEveryone(url)
  })
  const started = performance.now()
  expect(await ask(both)).toEqual([{ id: ALICE }, { id: BOB }])
  expect(performance.now() - started).toBeGreaterThan(950)
  expect(calls).toEqual(['POST /graph/v1.0/$batch', 'POST /graph/v1.0/$batch'])
})

test('a time to wait within a batch that is too long is handed on', async () => {
  const { ask, calls } = await serve((url) =>
    url.pathname.endsWith(BOB) ? status(429, '', { 'retry-after': '120' }) : knowsEveryone(url),
  )
  expect((await failure(ask(both))).retryAfterSeconds).toBe(120)
  expect(calls).toHaveLength(1)
})

test('a question that is never answered is given up after two more tries', async () => {
  const { ask, calls } = await serve(knowsEveryone, {
    batch: json({ responses: [{ id: '1', status: 200, body: { id: ALICE } }] }),
  })
  expect(await ask(both)).toEqual([{ id: ALICE }, { id: BOB }])
  expect(calls).toHaveLength(2)
  const gone = await serve(() => status(500))
  await failure(gone.ask(both))
  expect(gone.calls).toHaveLength(3)
})

test('answers that are exchanged are not used', async () => {
  const { ask } = await serve(knowsEveryone, {
    batch: json({
      responses: [
        { id: '1', status: 200, body: { value: [] } },
        { id: '2', status: 200, body: { id: ALICE } },
      ],
    }),
  })
  const error = await failure(
    ask((graph) => Promise.all([user(graph, ALICE), graph.list('v1.0/devices', idSchema)])),
  )
  expect(String(error.cause)).toContain('cannot be read')
})

const outer: [string, Handler, string, number][] = [
  ['503', status(503), 'answered 503', 3],
  ['429 for longer than one waits', status(429, '', { 'retry-after': '60' }), 'answered 429', 1],
  ['400', status(400, graphError('BadRequest')), 'answered 400', 1],
  ['403', status(403, graphError('Authorization_RequestDenied')), 'answered 403', 1],
  ['404 of Graph', status(404, graphError('ResourceNotFound')), 'cannot be read', 1],
  ['404 of a proxy', status(404, '<h1>Not Found</h1>'), 'not JSON', 1],
  ['401, twice', status(401, graphError('InvalidAuthenticationToken')), 'answered 401', 2],
  ['a redirect', redirect('http://127.0.0.1:1/'), 'answered 302', 1],
  ['no content', status(204), 'answered 204', 1],
  ['half an answer', status(200, '{"responses":[{"id":"1"'), 'not JSON', 1],
  ['answers of another kind', json({ value: [] }), 'cannot be read', 1],
  [
    'an answer twice',
    json({
      responses: [
        { id: '1', status: 200 },
        { id: '1', status: 200 },
      ],
    }),
    'twice',
    1,
  ],
  ['a connection that breaks', (request) => void request.socket.destroy(), 'failed', 3],
  ['100 MB', flood, 'more than 16777216 bytes', 1],
]

test.each(
  outer,
)('DIR-18: a batch that gives %s is an error for all of it', async (_name, batch, cause, n) => {
  const { ask, calls } = await serve(knowsEveryone, { batch })
  const error = await failure(ask(both))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain(cause)
  expect(calls).toEqual(Array.from({ length: n }, () => 'POST /graph/v1.0/$batch'))
})

test('a batch that does not come in its time is given up, and not asked again', async () => {
  const { ask, calls } = await serve(knowsEveryone, { batch: () => undefined })
  const budget = { ...BUDGETS.question, requestMs: 300 }
  expect(String((await failure(ask(both, budget))).cause)).toContain('took too long')
  expect(calls).toHaveLength(1)
})

test('a token that is not taken any more is renewed once, within a batch too', async () => {
  const { ask, tokens, calls } = await serve((_url, authorization) =>
    authorization === 'Bearer token-1'
      ? status(401, graphError('InvalidAuthenticationToken'))
      : json({ id: ALICE }),
  )
  const twice = (graph: GraphCalls) => Promise.all([user(graph, ALICE), user(graph, ALICE)])
  expect(await ask(twice)).toEqual([{ id: ALICE }, { id: ALICE }])
  expect([tokens(), calls.length]).toEqual([2, 2])
})

test('a batch holds no more than the questions', async () => {
  const bodies: string[] = []
  const batch: Handler = async (request, response) => {
    bodies.push(await text(request))
    response.end('{"responses":[]}')
  }
  const { ask } = await serve(knowsEveryone, { batch })
  await failure(ask(both))
  expect(JSON.parse(bodies[0] ?? '')).toEqual({
    requests: [ALICE, BOB].map((id, at) => ({
      id: String(at + 1),
      method: 'GET',
      url: `/users/${id}`,
      headers: { 'x-ms-throttle-priority': 'high' },
    })),
  })
})

function user(graph: GraphCalls, id: string, version = 'v1.0') {
  return graph.get(`${version}/users/${id}`, z.object({ id: z.string() }))
}

function both(graph: GraphCalls) {
  return Promise.all([user(graph, ALICE), user(graph, BOB)])
}

function knowsEveryone(url: URL): Handler {
  return json({ id: url.pathname.split('/').at(-1) })
}

async function serve(
  answer: (url: URL, authorization: string | undefined) => Handler,
  options: ServeOptions = {},
) {
  const server = await serveGraph((request, response, url) => {
    answer(url, request.headers.authorization)(request, response, url)
  }, options)
  const client = openGraphClient(server.options)
  return { ...server, ask: client.ask }
}

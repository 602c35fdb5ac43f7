import type { FastifyInstance } from 'fastify'

/** Which methods an address accepts, for the Allow header of a 405. */
export type Paths = { readonly methodsAt: (url: string) => readonly string[] }

/** Records every route that is added to the server from now on. */
export function pathsOf(app: FastifyInstance): Paths {
  const routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: segmentsOf(url), methods: [method].flat() })
  })
  return {
    methodsAt: (url) => {
      const asked = segmentsOf(url.split('?', 1)[0] ?? '')
      const found = routes.filter(({ segments }) => matches(segments, asked))
      return [...new Set(found.flatMap(({ methods }) => methods))]
    },
  }
}

/** Splits a path as the router does: doubled and trailing slashes have no meaning. */
function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function matches(pattern: readonly string[], asked: readonly string[]): boolean {
  const open = pattern.at(-1) === '*'
  if (open ? asked.length < pattern.length : asked.length !== pattern.length) return false
  return pattern.every((part, i) => part === '*' || part.startsWith(':') || part === asked[i])
}

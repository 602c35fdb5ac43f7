/** What refusals of the same code differ by. */
type GraphErrorDetail = { readonly code: string; readonly message: string }

/** An error in Graph's own form. */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>
  readonly details: readonly GraphErrorDetail[]

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Record<string, string> = {},
    details: readonly GraphErrorDetail[] = [],
  ) {
    super(message)
    this.name = 'GraphError'
    this.status = status
    this.code = code
    this.headers = headers
    this.details = details
  }
}

/** The id that Graph gave a request, and the one that its caller sent. */
export type RequestIds = { readonly request: string; readonly client: string | null }

export function graphErrorBody(error: GraphError, ids: RequestIds) {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length > 0 && { details: error.details }),
      innerError: {
        date: new Date().toISOString().slice(0, 19),
        'request-id': ids.request,
        'client-request-id': ids.client ?? ids.request,
      },
    },
  }
}

export function notFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )
}

export function denied(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  )
}

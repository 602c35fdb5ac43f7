import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SANDBOX } from '#lib/config.ts'
import { applicationClaims, GRAPH_AUDIENCE, graphClaims, TOKEN_SECONDS } from './claims.ts'
import type { Control } from './control.ts'
import { sendJson } from './http.ts'

/**
 * Tokens for applications (RFC 6749 section 4.4, in Entra's dialect): `scope` is one resource and
 * `/.default`, and errors carry AADSTS numbers.
 */
export async function answerClientCredentials(
  control: Control,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  form: URLSearchParams,
): Promise<void> {
  const { id, secret } = credentials(request, form)
  const { config, tenant, tokens } = control
  const application = tenant.applications.find((candidate) => candidate.appId === id)
  const isGraphReader = id === SANDBOX.graphClientId
  const expected = isGraphReader ? SANDBOX.graphClientSecret : application?.secret
  if (expected === undefined) {
    const text = `AADSTS700016: Application with identifier '${id}' was not found in the directory.`
    return sendTokenError(response, 400, 'unauthorized_client', text)
  }
  if (!sameText(secret, expected)) {
    return sendTokenError(response, 401, 'invalid_client', 'AADSTS7000215: Invalid client secret.')
  }
  const resource = (form.get('scope') ?? '').replace(/\/\.default$/, '')
  const isGraph = resource === GRAPH_AUDIENCE || resource === `${url}/graph`
  const isApi = resource === config.apiClientId || resource === `api://${config.apiClientId}`
  if (isGraph && isGraphReader) {
    return sendToken(response, await tokens.sign(graphClaims(config, id)))
  }
  if (isApi && application) {
    return sendToken(response, await tokens.sign(applicationClaims(config, application, 2)))
  }
  const text = `AADSTS70011: The provided value for the input parameter 'scope' is not valid.`
  return sendTokenError(response, 400, 'invalid_scope', text)
}

/** An error as Entra's token endpoint writes it. */
function sendTokenError(
  response: ServerResponse,
  status: number,
  error: string,
  description: string,
): void {
  const [number] = /\d+/.exec(description) ?? []
  sendJson(response, status, {
    error,
    error_description: description,
    error_codes: number === undefined ? [] : [Number(number)],
    timestamp: new Date().toISOString(),
  })
}

function sendToken(response: ServerResponse, token: string): void {
  sendJson(response, 200, {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: token,
  })
}

function credentials(request: IncomingMessage, form: URLSearchParams) {
  const [, basic] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (basic === undefined) {
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  }
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':')
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) }
}

function sameText(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

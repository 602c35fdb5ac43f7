import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TENANT } from '#sandbox/config.ts'
import type { Control } from '#sandbox/control/control.ts'
import { sendJson } from '#sandbox/http.ts'
import { registeredToken, type TokenRefusal } from '#sandbox/registrations/registered-tokens.ts'
import type { Settings } from '#sandbox/tenant/settings.ts'
import {
  applicationClaims,
  GRAPH_AUDIENCE,
  graphClaims,
  TOKEN_SECONDS,
} from '#sandbox/tokens/claims.ts'
import type { Signer } from '#sandbox/tokens/tokens.ts'

/**
 * Tokens for applications (RFC 6749 section 4.4, with Entra's variations): `scope` is one resource followed
 * by `/.default`, the version 1 endpoint has `resource` instead, and errors contain AADSTS numbers.
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
  const registered = await registeredToken(tenant.registrations, config, { form, tokens, url })
  if (registered !== null) {
    if (!('error' in registered)) {
      return sendToken(response, await tokens.sign(registered, 'tenant'))
    }
    const { status, error, text } = registered as TokenRefusal
    return sendTokenError(response, status, error, text)
  }
  const application = tenant.applications.find((candidate) => candidate.appId === id)
  const isGraphReader = id === TENANT.graphClientId
  const expected = isGraphReader ? TENANT.graphClientSecret : application?.secret
  if (expected === undefined) {
    const text = `AADSTS700016: Application with identifier '${id}' was not found in the directory.`
    return sendTokenError(response, 400, 'unauthorized_client', text)
  }
  if (!sameText(secret, expected)) {
    return sendTokenError(response, 401, 'invalid_client', 'AADSTS7000215: Invalid client secret.')
  }
  const named = form.get('resource') ?? (form.get('scope') ?? '').replace(/\/\.default$/, '')
  const resource = named.replace(/\/$/, '')
  const isGraph = resource === GRAPH_AUDIENCE || resource === `${url}/graph`
  const isApi = resource === config.apiClientId || resource === `api://${config.apiClientId}`
  const { graphPermissions, accessTokenVersion: version, optionalClaims } = tenant.settings
  if (isGraph && isGraphReader) {
    const claims = graphClaims(config, id, graphPermissions)
    return sendToken(response, await tokens.sign(claims, 'tenant'))
  }
  if (isApi && application) {
    const claims = applicationClaims(config, application, { version, optionalClaims })
    return sendToken(response, await tokens.sign(claims, apiSigner(tenant.settings)))
  }
  const text = `AADSTS70011: The provided value for the input parameter 'scope' is not valid.`
  return sendTokenError(response, 400, 'invalid_scope', text)
}

/** Gives the key that signs tokens for the API. */
export function apiSigner({ claimsMapping }: Settings): Signer {
  return claimsMapping ? 'api' : 'tenant'
}

/** Sends an error in the form of Entra's token endpoint. */
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

import type { Operation } from './description.ts'
import { type Addresses, shellWord } from './fill-script.ts'

/** Parts of a command line that are not broken across lines. */
export type Parts = readonly string[]

/**
 * Gives the operation as a curl command that works as pasted. $TOKEN is an access token, and a parameter in
 * braces in the path is a variable of that name, such as $SERIAL.
 */
export function curlOf(operation: Operation, url: string): Parts {
  const { method, path, access, body, answers } = operation
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)
  const isText = answers.some(({ shape }) => shape !== null)
  return [
    'curl --silent --show-error --fail-with-body',
    ...(method === 'GET' ? [] : [`--request ${method}`]),
    ...(access === 'token' ? ['--header "Authorization: Bearer $TOKEN"'] : []),
    ...(access === 'clientCertificate' ? ['--cert latchkey.pem --key latchkey.key'] : []),
    ...bodyOf(body),
    ...(isText || path in TEXTS ? [] : ['--output answer']),
    `"${url}${filled}${QUERIES[path] ?? ''}"`,
  ]
}

/** Queries of operations that are useful only with one. */
const QUERIES: Readonly<Record<string, string>> = {
  '/certsrv/mscep/mscep.dll/pkiclient.exe': '?operation=GetCACert',
}

const TEXTS: Readonly<Record<string, true>> = {
  '/openapi.json': true,
  '/.well-known/est/cacerts': true,
}

function bodyOf(body: Operation['body']): Parts {
  if (body === null) return []
  if (body.shape !== null) {
    const example = shellWord(JSON.stringify(body.example))
    return ['--header "Content-Type: application/json"', `--data ${example}`]
  }
  const [type = 'application/octet-stream'] = body.types
  return [`--header "Content-Type: ${type}"`, '--data-binary @request.der']
}

/** Azure CLI's own client id: a public client that an administrator allows once for everyone. */
const CLIENT_ID = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Gives the command for a token of who is signed in to Azure CLI. */
export function azTokenLine({ scope, tenant }: Addresses): Parts {
  return [
    'TOKEN=$(az account get-access-token',
    `--scope ${shellWord(scope)}`,
    `--tenant ${tenant}`,
    '--query accessToken --output tsv)',
  ]
}

/** RFC 8628: requests a device code; the answer says where to enter it. */
export function deviceCodeLine({ scope, tenant, login }: Addresses): Parts {
  return [
    'DEVICE_CODE=$(curl --silent --show-error',
    `--data client_id=${CLIENT_ID}`,
    `--data-urlencode ${shellWord(`scope=openid ${scope}`)}`,
    `${shellWord(`${login}/${tenant}/oauth2/v2.0/devicecode`)}`,
    '| tee /dev/stderr',
    `| sed -n 's/.*"device_code" *: *"\\([^"]*\\)".*/\\1/p')`,
  ]
}

/** RFC 8628: gets the token after the code was entered. */
export function deviceTokenLine({ tenant, login }: Addresses): Parts {
  return [
    'TOKEN=$(curl --silent --show-error',
    `--data client_id=${CLIENT_ID}`,
    '--data "device_code=$DEVICE_CODE"',
    '--data grant_type=urn:ietf:params:oauth:grant-type:device_code',
    `${shellWord(`${login}/${tenant}/oauth2/v2.0/token`)}`,
    READ_TOKEN,
  ]
}

/** The sandbox gives anyone a token of any person. */
export function sandboxTokenLine({ login }: Addresses, upn: string): Parts {
  return [
    'TOKEN=$(curl --silent --show-error',
    '--header "Content-Type: application/json"',
    `--data ${shellWord(JSON.stringify({ user: upn }))}`,
    shellWord(`${login}/sandbox/token`),
    READ_TOKEN,
  ]
}

const READ_TOKEN = `| sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p')`

/** The file of the sandbox CA that signs the certificate of its https listener. */
export const SANDBOX_CA = 'data/tls/ca.pem'

/** Makes curl trust the sandbox's https, in the folder where the sandbox was started. */
export function trustLine(): Parts {
  return [`export CURL_CA_BUNDLE=${SANDBOX_CA}`]
}

/** Makes a key, which stays in a local file, and a CSR for it. */
export function requestLine(commonName: string): Parts {
  return [
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes',
    '-keyout latchkey.key',
    `-subj ${shellWord(`/CN=${commonName.replace(/[\\/+]/g, '\\$&')}`)}`,
    '-outform DER -out request.der',
  ]
}

export function issueLine(url: string): Parts {
  return [
    'curl --silent --show-error --fail-with-body --request POST',
    '--header "Authorization: Bearer $TOKEN"',
    '--header "Content-Type: application/pkcs10"',
    '--data-binary @request.der --output latchkey.cer',
    `"${url}/api/csr"`,
  ]
}

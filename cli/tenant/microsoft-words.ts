import { MicrosoftError } from '#cli/tenant/microsoft.ts'
import { describeRefusal } from '#lib/directory/transport/graph-refusal.ts'

/** What Microsoft's codes mean, for who has to do something about it. */

type Words = { readonly says: string; readonly fix: string }

/** Entra's numbers, as in https://login.microsoftonline.com/error. */
const BY_AADSTS: Readonly<Record<string, Words>> = {
  AADSTS7000215: {
    says: 'the client secret is wrong',
    fix: 'A secret has an id and a value; what is configured must be the value. Make a new one: npm run setup-tenant -- --secrets FOLDER.',
  },
  AADSTS7000222: {
    says: 'the client secret has run out',
    fix: 'Make a new one, and remove the old: npm run setup-tenant -- --secrets NEW-FOLDER.',
  },
  AADSTS700016: {
    says: 'the tenant has no such application',
    fix: 'Compare client id and LATCHKEY_TENANT_ID with the registration; if it is there, its enterprise application is missing: npm run setup-tenant.',
  },
  AADSTS700027: {
    says: 'the certificate is not that of the registration',
    fix: 'Upload the certificate of LATCHKEY_GRAPH_CLIENT_CERTIFICATE to the registration of the directory: npm run setup-tenant -- --certificate FILE.',
  },
  AADSTS700213: {
    says: 'no federated credential of the registration fits the token',
    fix: 'Issuer and subject must be those of the token, letter by letter: npm run setup-tenant -- --federated ISSUER,SUBJECT.',
  },
  AADSTS70021: {
    says: 'no federated credential of the registration fits the token',
    fix: 'Issuer and subject must be those of the token, letter by letter: npm run setup-tenant -- --federated ISSUER,SUBJECT.',
  },
  AADSTS700024: {
    says: 'what we signed is not good at this time',
    fix: 'The clock of this machine is wrong by minutes: let it follow a time server.',
  },
  AADSTS90002: {
    says: 'there is no such tenant',
    fix: 'Check LATCHKEY_TENANT_ID, and LATCHKEY_CLOUD: each cloud has tenants of its own.',
  },
  AADSTS900382: {
    says: 'this tenant is in another cloud',
    fix: 'Set LATCHKEY_CLOUD to the cloud of the tenant.',
  },
  AADSTS500011: {
    says: 'the tenant has no such API',
    fix: 'LATCHKEY_API_URI must be an application ID URI of the API’s registration, and that needs its enterprise application: npm run setup-tenant.',
  },
  AADSTS65001: {
    says: 'consent is missing',
    fix: 'An administrator has to give it: npm run setup-tenant prints the address.',
  },
  AADSTS50105: {
    says: 'the account is not assigned to the application',
    fix: 'Assign it, or a group of which it is a direct member: npm run setup-tenant -- --people WHO.',
  },
  AADSTS53003: {
    says: 'Conditional Access does not let this sign-in through',
    fix: 'Look it up in the sign-in logs by the ids below; policies for workload identities apply to applications too.',
  },
  AADSTS50199: {
    says: 'the sign-in has to be confirmed by hand',
    fix: 'Sign in again, or by Azure CLI and --az.',
  },
  AADSTS530032: {
    says: 'a policy of the tenant blocks this sign-in',
    fix: 'Tenants may block sign-in by device code: sign in by Azure CLI (az login) and add --az.',
  },
}

const BY_CODE: Readonly<Record<string, Words>> = {
  Authorization_RequestDenied: {
    says: 'a permission or its consent is missing',
    fix: 'Application permissions need admin consent; who makes registrations needs the role Application Administrator, and for consent Privileged Role Administrator.',
  },
  Forbidden: {
    says: 'a permission or its consent is missing',
    fix: 'Application permissions need admin consent: npm run setup-tenant.',
  },
  InvalidAuthenticationToken: {
    says: 'Graph does not take the token',
    fix: 'Graph and sign-in must be of one cloud (LATCHKEY_CLOUD), and a token of a file lives for an hour only.',
  },
  Authentication_RequestFromNonPremiumTenantOrB2CTenant: {
    says: 'the tenant has no licence for this',
    fix: 'Risky users need Entra ID P2: get it, or set LATCHKEY_HOLD_RISKY_USERS=off.',
  },
  TooManyRequests: { says: 'Microsoft asks us to slow down', fix: 'Try again in a minute.' },
}

/** Gives what is wrong and what helps; null for codes that are not known here. */
export function wordsFor({ refusal, details }: MicrosoftError): Words | null {
  const { aadsts, code, innerCode } = refusal
  if (aadsts !== null && BY_AADSTS[aadsts]) return BY_AADSTS[aadsts]
  const found = [innerCode, ...details, code].find((one) => one !== null && BY_CODE[one])
  return (found && BY_CODE[found]) || null
}

/** One or two sentences for the terminal, with the codes and ids that Microsoft's support asks for. */
export function inWords(error: unknown): string {
  if (error instanceof MicrosoftError) {
    const words = wordsFor(error)
    const ids = describeRefusal(error.refusal)
    return words === null
      ? `Microsoft says: ${error.message}${ids}`
      : `${capitalised(words.says)}. ${words.fix}${ids}`
  }
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'Microsoft did not answer within 30 seconds.'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') {
    return 'Nobody answers at this address (ECONNREFUSED). For --sandbox start `npm run sandbox` first; otherwise look whether a proxy or a firewall stands in between.'
  }
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

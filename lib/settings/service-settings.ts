import type { SettingSection } from '#lib/settings/settings.ts'

/** Where the programs run and listen, the tenant, the brand, addresses and secrets. */
export const SERVICE_SETTINGS: readonly SettingSection[] = [
  {
    title: null,
    note: '',
    settings: [
      {
        names: ['PORTAL_PORT', 'AUTHORITY_PORT', 'AUTHORITY_TLS_PORT', 'SANDBOX_PORT'],
        text: 'where the programs listen',
      },
      {
        names: ['LATCHKEY_HOST'],
        defaults: '`localhost`; `::` with a tenant',
        text: 'the address they listen on',
      },
      {
        names: ['LATCHKEY_DATA'],
        text: 'CA, ledger, session secret; readable for this account only',
      },
      {
        names: ['LATCHKEY_DATABASE'],
        defaults: '`sqlite:$LATCHKEY_DATA/ledger.sqlite`',
        text: 'or `postgres://…`, from another machine with `?sslmode=verify-full`; through [PgBouncer](../install.md#what-every-way-has-in-common) too',
      },
      {
        names: ['LATCHKEY_DATABASE_PLAIN'],
        text: '`on`: PostgreSQL on another machine without TLS, on a network that nobody else is on',
      },
      {
        names: ['LATCHKEY_WORKERS'],
        defaults: '1; with PostgreSQL one for each core',
        text: 'processes of the authority on one port. They share some 32 connections to PostgreSQL, two each at least. On SQLite those beyond the first answer OCSP and CRL alone',
      },
      {
        names: ['LATCHKEY_RESPONDERS'],
        defaults: '`$LATCHKEY_DATA/responders`',
        text: 'where processes without the CA key ask for their OCSP responder, and find it; for the accounts of the authority only',
      },
      {
        names: ['LATCHKEY_LOG'],
        text: 'debug, info, warn, error, silent. From `info` on no line names a person or where somebody is',
      },
      {
        names: ['LATCHKEY_LOG_FORMAT'],
        defaults: '`text` on a terminal and in the sandbox, else `json`',
        text: 'a line for people, or one of JSON for what collects them',
      },
      {
        names: ['LATCHKEY_METRICS_PORT', 'LATCHKEY_METRICS_HOST'],
        defaults: ['none', null],
        text: 'where the authority shows `/metrics` and the probes `/live`, `/started`, `/ready`; see [observe](../observe.md). Open it to your own network alone',
      },
      {
        names: ['LATCHKEY_DRAIN_SECONDS'],
        text: 'how long `/probe` and `/ready` say so before authority and portal stop, so that a load balancer has turned away; requests are taken meanwhile',
      },
      {
        names: ['LATCHKEY_LIMITS', 'LATCHKEY_CERTIFICATES_PER_HOUR'],
        defaults: ['`strict` (sandbox: `generous`)', null],
        text: 'rate limits; the strict quota for each person',
      },
    ],
  },
  {
    title: 'The tenant',
    note: 'without `LATCHKEY_TENANT_ID` the sandbox is used',
    settings: [
      {
        names: ['LATCHKEY_TENANT_ID', 'LATCHKEY_TENANT_NAME'],
        defaults: '',
        text: 'the tenant, and what people call it',
      },
      {
        names: ['LATCHKEY_API_CLIENT_ID', 'LATCHKEY_API_SCOPE', 'LATCHKEY_API_URI'],
        defaults: ['–', null, '`api://{its client id}`'],
        text: 'registration of the API',
      },
      {
        names: ['LATCHKEY_PORTAL_CLIENT_ID', 'LATCHKEY_PORTAL_CLIENT_SECRET'],
        defaults: '',
        text: 'registration that signs people in',
      },
      {
        names: ['LATCHKEY_SPA_CLIENT_ID'],
        defaults: "the portal's",
        text: 'registration with the single-page redirect address `{LATCHKEY_PORTAL_URL}/step-up`, by which people confirm',
      },
      {
        names: ['LATCHKEY_GRAPH_CLIENT_ID'],
        defaults: '',
        text: 'registration that reads the directory. It signs in by one of the next three',
      },
      {
        names: ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE'],
        defaults: '',
        text: 'a certificate and its RSA key, PEM, in one file: best given as `LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE`',
      },
      {
        names: ['LATCHKEY_GRAPH_TOKEN_FILE'],
        defaults: '',
        text: 'a federated token, as Kubernetes writes it (`AZURE_FEDERATED_TOKEN_FILE`); read anew for each token. Then Graph notifies of nothing',
      },
      {
        names: ['LATCHKEY_GRAPH_CLIENT_SECRET'],
        defaults: '',
        text: 'a client secret, the value and not its id',
      },
      {
        names: ['LATCHKEY_CLOUD'],
        text: 'which of Microsoft’s clouds has the tenant: `public`, `usgov` (GCC High), `usgov-dod`, `china` (21Vianet). Not where Latchkey runs: see [below](#another-cloud-another-tenant)',
      },
      {
        names: ['LATCHKEY_LOGIN_URL', 'LATCHKEY_GRAPH_URL'],
        defaults: 'those of the cloud',
        text: 'other addresses of Entra ID and Microsoft Graph than the cloud’s; tokens are asked for the latter',
      },
      {
        names: ['LATCHKEY_TOKEN_V1'],
        text: 'accept version 1 access tokens too',
      },
    ],
  },
  {
    title: 'Yours, not ours',
    note: 'all of it optional',
    settings: [
      {
        names: ['LATCHKEY_BRAND_NAME'],
        defaults: '`Latchkey`',
        text: 'what people call the portal; it stands in every text in place of ours',
      },
      {
        names: ['LATCHKEY_BRAND_LOGO_FILE'],
        defaults: 'the key',
        text: 'a PNG (at most 2048 pixels each way) or SVG of at most 256 KiB, shown 28 pixels high on light and on dark; an SVG with a script or an address in it is refused',
      },
      {
        names: ['LATCHKEY_BRAND_ACCENT'],
        defaults: '`#0b5468, #62c3d8`',
        text: "colour of links, buttons and of the sign-in page's door, for the light theme and the dark one; without the second it follows from the first. What cannot be read (4.5 to 1, WCAG 2.2) is refused at start, with the nearest that can",
      },
      {
        names: ['LATCHKEY_HELP_EMAIL', 'LATCHKEY_HELP_PHONE', 'LATCHKEY_HELP_URL'],
        defaults: 'none',
        text: 'whom people ask, at the foot of every page, beside every trouble and on the page for errors',
      },
      {
        names: ['LATCHKEY_PRIVACY_URL'],
        defaults: 'none',
        text: "what you say of people's data",
      },
      {
        names: ['LATCHKEY_SECURITY_CONTACT'],
        defaults: 'none',
        text: 'mail address or https page for who finds a weakness; the portal then has `/.well-known/security.txt` (RFC 9116), which is dated anew every day',
      },
    ],
  },
  {
    title: 'Addresses',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_PORTAL_URL'],
        defaults: '`http://localhost:$PORTAL_PORT`',
        text: 'where people find the portal',
      },
      {
        names: ['LATCHKEY_AUTHORITY_URL'],
        defaults: '`https://localhost:$AUTHORITY_TLS_PORT`',
        text: 'for scripts and in certificates; https, and with a tenant a name that devices reach',
      },
      {
        names: ['LATCHKEY_STATUS_URL'],
        defaults: '`http://localhost:$AUTHORITY_PORT`',
        text: 'for OCSP, CRL and the CA certificate in certificates, that of an issuing CA too, and where the portal asks; plain http, and such a name',
      },
      {
        names: ['LATCHKEY_AUTHORITY_INTERNAL_URL'],
        defaults: 'as `LATCHKEY_STATUS_URL` here',
        text: 'how the portal reaches the authority',
      },
      {
        names: ['LATCHKEY_TLS_CERT', 'LATCHKEY_TLS_KEY'],
        defaults: 'a certificate of its own',
        text: 'PEM files of the https listener, for the host of `LATCHKEY_AUTHORITY_URL`; else clients trust `tls/ca.pem` of the data folder',
      },
      {
        names: ['LATCHKEY_TRUSTED_PROXIES', 'LATCHKEY_PROXY_SECRET'],
        defaults: 'none',
        text: 'addresses and blocks of proxies that may speak for clients, and what they send as `X-Latchkey-Proxy-Secret`, or the old and the new one, each on a line; `X-Forwarded-For` and `-Proto` are believed from them alone',
      },
      {
        names: ['LATCHKEY_PROXY_CLIENT_CERT'],
        defaults: 'none',
        text: 'in whose header they hand on the client certificate: `nginx` (`X-SSL-Client-Cert`, escaped PEM), `envoy` (`X-Forwarded-Client-Cert`), `arr` (`X-ARR-ClientCert` of Azure, which proves possession only where it *requires* certificates)',
      },
    ],
  },
  {
    title: 'CA key',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_SIGNER'],
        defaults: 'the file in `ca/` of the data folder',
        text: 'where the CA key is: `file:PATH`, or `keyvault:https://VAULT/keys/NAME/VERSION` of Azure Key Vault or Managed HSM, which needs no passphrase; see [key ceremony](../key-ceremony.md)',
      },
    ],
  },
  {
    title: 'Reminders',
    note: 'see [reminders](../reminders.md); all of it optional',
    settings: [
      {
        names: ['LATCHKEY_SMTP_URL', 'LATCHKEY_SMTP_SECRET'],
        defaults: 'none',
        text: "`smtp://account@host:587` (STARTTLS) or `smtps://account@host:465`, and the account's password; without an account the server must take mail from here. TLS is required unless the server stands on this machine. Without it no mail is sent; the sandbox shows what there would be",
      },
      {
        names: ['LATCHKEY_MAIL_FROM', 'LATCHKEY_MAIL_REPLY_TO'],
        defaults: 'none, `LATCHKEY_HELP_EMAIL`',
        text: 'from whom mails come, as `Name <address>`, and where answers go',
      },
      {
        names: ['LATCHKEY_REMINDER_DAYS'],
        defaults: '30, 14, 3',
        text: 'days before the end at which people are reminded, with a comma between them, by mail and in the calendar; by default those within the second half of `LATCHKEY_VALIDITY_DAYS`. `none` for none',
      },
      {
        names: ['LATCHKEY_LANGUAGE'],
        text: '`en`, `de` or `fr`, for people whose `preferredLanguage` in Entra is none of these',
      },
    ],
  },
  {
    title: 'Secrets',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_CA_PASSPHRASE', 'LATCHKEY_ROOT_PASSPHRASE'],
        defaults: "made by itself in the sandbox only; the CA's",
        text: 'opens the CA key; that of a root which does not issue, in the ceremony alone',
      },
      {
        names: ['LATCHKEY_SESSION_SECRET'],
        defaults: 'made at first start',
        text: 'key of the session cookie, 32 characters or more; to [change it](../operate.md#change-a-secret), the old and the new one, each on a line',
      },
    ],
  },
]

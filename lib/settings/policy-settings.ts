import type { SettingSection } from '#lib/settings/settings.ts'

/** Who gets which certificate, how it is confirmed, and how long a status is valid. */
export const POLICY_SETTINGS: readonly SettingSection[] = [
  {
    title: 'Step-up',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_STEP_UP'],
        text: 'what people confirm before they issue or revoke: `fresh`, that they signed in a moment ago; `context:c1` to `c99`, also that the access token has this authentication context of Conditional Access (Entra ID P1); `off`, nothing. Portal and authority need the same',
      },
      {
        names: ['LATCHKEY_STEP_UP_MINUTES'],
        text: 'how long a sign-in needs no confirmation; 1 to 1440',
      },
      {
        names: ['LATCHKEY_SCRIPT_CLIENTS'],
        defaults: 'Azure CLI, Azure PowerShell',
        text: 'client ids of applications that confirm nothing, with a comma between them; `none` for none. Every other application is asked like the portal, which cannot be listed',
      },
    ],
  },
  {
    title: 'Policy',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_DEVICE_GATE', 'LATCHKEY_DEVICE_MIN_AGE_MINUTES'],
        text: 'or `managed`, or `registered` (any user can register a device); how long the directory must have known a device',
      },
      {
        names: ['LATCHKEY_DEVICE_DIRECTORY'],
        text: 'which directories know the devices: `entra`, `intune`, `both`',
      },
      {
        names: ['LATCHKEY_DEVICE_OWNERSHIP'],
        defaults: '`primary`; `registered` without Intune',
        text: 'who owns a device: its primary user in Intune and, where there is none, the registered owner in Entra; or the `registered` owner alone; or `either`',
      },
      {
        names: ['LATCHKEY_DEVICE_FOLLOWS_OWNER', 'LATCHKEY_TRANSFER_DAYS'],
        text: "whether the certificate of a device is stopped with its owner: disabled or at risk is a hold, another owner a hold and after so many days a revocation. SCEPman's goes on whoever owns the device: `off`",
      },
      {
        names: ['LATCHKEY_RESTORE_DAYS'],
        text: 'a person or device that is gone is on hold, since the recycle bin may give it back, and revoked after so many days or when the directory calls it deleted for good; 0 is at once, as SCEPman does',
      },
      {
        names: ['LATCHKEY_HOLD_RENAMED'],
        text: 'whether a personal certificate is on hold while its holder has another user principal name; one whose name somebody else has now is revoked',
      },
      {
        names: ['LATCHKEY_GUESTS'],
        text: 'whether guests get certificates',
      },
      {
        names: ['LATCHKEY_KEYS'],
        defaults: 'RSA 2048–4096, P-256, P-384, P-521',
        text: 'accepted keys, as `rsa-2048,ec-p256`',
      },
      {
        names: ['LATCHKEY_VALIDITY_DAYS', 'LATCHKEY_BACKDATE_MINUTES'],
        text: '',
      },
      {
        names: ['LATCHKEY_COMPLIANCE_GRACE_MINUTES', 'LATCHKEY_HOLD_NON_COMPLIANT'],
        defaults: [null, 'as the gate'],
        text: 'how long a new device may be non-compliant; whether it is on hold then',
      },
      {
        names: ['LATCHKEY_HOLD_RISKY_USERS', 'LATCHKEY_RISK_LEVELS'],
        defaults: [null, '`high`'],
        text: 'a user at one of these levels of risk is on hold',
      },
      {
        names: ['LATCHKEY_RISK_SECONDS'],
        defaults: '300; 5 in the sandbox',
        text: 'how often people at risk are read; Graph gives one such answer a second to a whole tenant',
      },
      {
        names: ['LATCHKEY_PENDING_LIMIT_SECONDS'],
        text: 'when what was begun and never finished counts as revoked',
      },
      {
        names: ['LATCHKEY_RENEWAL', 'LATCHKEY_EST_CACERTS'],
        text: "renewal by the certificate at hand, EST `simplereenroll`; whether `cacerts` gives the CA that issues (SCEPman's clients take exactly one certificate) or the `chain` up to the root",
      },
      {
        names: ['LATCHKEY_RENEWAL_MAX_DAYS', 'LATCHKEY_RENEWAL_WINDOW_DAYS'],
        defaults: [null, 'none'],
        text: 'how long after somebody signed in for it a certificate renews by itself (0: for ever); how many days before its end it may (none: at any time)',
      },
      {
        names: ['LATCHKEY_LOST_DAYS'],
        text: 'how long a report of a loss can be undone; after so many days what it put on hold is revoked for good',
      },
      {
        names: ['LATCHKEY_RENEWAL_ROLE_CHECK'],
        text: 'whether renewal asks Graph for the role `CSR.SelfService`; the directory registration then needs `Directory.Read.All`',
      },
      {
        names: ['LATCHKEY_APPLICATION_PROFILES'],
        defaults: 'none',
        text: 'what applications with `CSR.Request.Db` may ask for, JSON; see [below](#applications)',
      },
      {
        names: ['LATCHKEY_NETWORKS'],
        defaults: 'none',
        text: 'the networks that certificates are for: JSON, or a file with it; see [below](#networks)',
      },
    ],
  },
  {
    title: 'Status',
    note: '',
    settings: [
      {
        names: ['LATCHKEY_SWEEP_SECONDS'],
        defaults: '60; 2 in the sandbox',
        text: 'how often the directory is read for changes; less than the budget',
      },
      {
        names: ['LATCHKEY_DIRECTORY_BUDGET_SECONDS'],
        text: 'what was known for longer is vouched for by nobody: OCSP says `tryLater`, and a queue asks anew in the background',
      },
      {
        names: ['LATCHKEY_NOTIFICATIONS_URL'],
        defaults: 'none',
        text: '`https://…/graph/notifications`, where Graph may say that a person changed; of devices it says nothing',
      },
      {
        names: ['LATCHKEY_BRAKE_SHARE', 'LATCHKEY_BRAKE_MIN'],
        text: 'more changes for the worse at once wait for an operator',
      },
      {
        names: ['LATCHKEY_OCSP_GOOD_SECONDS', 'LATCHKEY_OCSP_HOLD_SECONDS'],
        defaults: '600, 300, at most the budget',
        text: 'how long such an answer may be believed; more than the budget is refused at start',
      },
      {
        names: ['LATCHKEY_CRL_CDP'],
        text: 'whether certificates name a CRL as well as OCSP',
      },
      {
        names: ['LATCHKEY_CRL_HOURS', 'LATCHKEY_CRL_REFRESH_SECONDS'],
        defaults: [null, '60 (sandbox: 2)'],
        text: 'how long a CRL is good, and how soon a change is in it',
      },
      {
        names: ['LATCHKEY_CRL_PARTITION_ABOVE'],
        text: 'with more entries there is a CRL for each month of issuance too',
      },
    ],
  },
]

import { LatchkeyError } from '#lib/errors.ts'
import {
  damaged,
  isDamaged,
  isForbidden,
  isOfMoment,
  StandbyError,
  unusable,
} from './database-errors.ts'

/** Gives the error as a sentence for the operator who opens a ledger. */
export function asSentence(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) {
    // "Try again in a moment" is for requesters; an operator is told why.
    return isOfMoment(error) ? asSentence(error.cause) : error
  }
  if (isDamaged(error)) return damaged('The ledger’s database', error)
  if (isForbidden(error)) {
    return unusable(
      'The database user may not do what this part of the authority needs. Run `npm run migrate` as the ' +
        'owner of the tables, which also grants the rights of latchkey_issue, latchkey_status and latchkey_jobs.',
      error,
    )
  }
  if (error instanceof StandbyError) {
    return unusable(
      'The ledger’s PostgreSQL is a standby, which may not know yet what was revoked. Give the address of the ' +
        'primary, also to what only reads.',
      error,
    )
  }
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
  const reason = reasonOf(error)
  return unusable(
    `The ledger’s database cannot be reached or changed${code}${reason ? `: ${reason}` : '.'}`,
    error,
  )
}

const UNKNOWN_CA =
  'PostgreSQL’s certificate is from a CA that is not known here. Name the file with that CA’s certificate in ' +
  'LATCHKEY_DATABASE, as sslrootcert=/etc/ca.pem, or in NODE_EXTRA_CA_CERTS; PGSSLROOTCERT is not read.'
const OUTSIDE_ITS_TIME =
  'PostgreSQL’s certificate is not valid at this time. Give the server a new one, or set the clock of this machine.'
const NOT_LET_IN =
  'PostgreSQL does not let this user in. Check user and password in LATCHKEY_DATABASE, where @ : / ? # % in a ' +
  'password are written %40 %3A %2F %3F %23 %25, and pg_hba.conf there.'
const NO_HOST =
  'there is no host of the name in LATCHKEY_DATABASE. In a password @ : / ? # % are written %40 %3A %2F %3F %23 %25.'
const NO_ANSWER =
  'nothing answers at the host and port of LATCHKEY_DATABASE. Check both, and what is in between.'
const NO_FILE =
  'a file that LATCHKEY_DATABASE names cannot be read: of sslrootcert, sslcert or sslkey, or the socket of PostgreSQL.'
const FULL = 'the disk of the database is full.'
const NOT_PREPARED =
  'a pooler in between loses prepared statements. With PgBouncer use pool_mode=session or, from 1.21, ' +
  'pool_mode=transaction with max_prepared_statements above 0.'

/** What is the matter, and what an operator does about it, by the code of Node, of TLS or of PostgreSQL. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
  ECONNREFUSED: NO_ANSWER,
  EHOSTUNREACH: NO_ANSWER,
  ENETUNREACH: NO_ANSWER,
  ETIMEDOUT: NO_ANSWER,
  ENOENT: NO_FILE,
  EACCES: NO_FILE,
  ENOSPC: FULL,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  CERT_HAS_EXPIRED: OUTSIDE_ITS_TIME,
  CERT_NOT_YET_VALID: OUTSIDE_ITS_TIME,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'PostgreSQL’s certificate does not name the host of LATCHKEY_DATABASE. Write a name that it has.',
  // invalid_authorization_specification, invalid_password.
  '28000': NOT_LET_IN,
  '28P01': NOT_LET_IN,
  // protocol_violation, which PgBouncer says of all that it refuses itself.
  '08P01':
    'a pooler in between refuses the connection, and its log says why. PgBouncer needs ' +
    'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout, and pool_mode=session or transaction.',
  // undefined_pstatement, duplicate_prepared_statement.
  '26000': NOT_PREPARED,
  '42P05': NOT_PREPARED,
  // invalid_catalog_name
  '3D000':
    'there is no database of the name in LATCHKEY_DATABASE. Create it, with the encoding UTF8. The address needs ' +
    'a name behind the host and port, as /name, or the user’s name is taken.',
  // undefined_object
  '42704':
    'PostgreSQL does not know a name, such as that of a setting in options= of LATCHKEY_DATABASE. Correct it.',
  // read_only_sql_transaction
  '25006':
    'PostgreSQL lets nothing be changed. Give the address of the primary, and leave default_transaction_read_only off.',
  // disk_full
  '53100': FULL,
  // too_many_connections
  '53300':
    'PostgreSQL takes no more connections of this user. Raise max_connections or the limit of the user, or lower ' +
    'LATCHKEY_WORKERS.',
  // cannot_connect_now
  '57P03': 'PostgreSQL is starting or stopping. Start again when it is up.',
}

/** Gives null for what has no remedy of its own. */
function reasonOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  return 'code' in error ? (REASONS[String(error.code)] ?? null) : reasonWithoutCode(error.message)
}

/** By the words of the library `pg`, which gives some errors no code. */
function reasonWithoutCode(message: string): string | null {
  if (/timeout/.test(message)) return NO_ANSWER
  if (/^SASL/.test(message)) return NOT_LET_IN
  if (/^Connection terminated/.test(message)) {
    return (
      'what answers at the host and port of LATCHKEY_DATABASE ended the connection. Check that it is PostgreSQL, ' +
      'and its log.'
    )
  }
  if (/does not support SSL/.test(message)) {
    return 'PostgreSQL speaks no TLS at the address of LATCHKEY_DATABASE. Switch it on there (ssl = on).'
  }
  return null
}

import { destination, type Logger, pino } from 'pino'
import type { Config } from '#lib/config.ts'

/**
 * The operators' log. One event is one line: readable text where people watch, JSON for what collects lines.
 * It never contains a token, a cookie, a key, a request body or a stack, and from `info` on no name, mail
 * address, object id or network address of a person: the request's id leads to the audit chain, which has
 * who it was. Whatever looks like one of them in an error's text is removed before the line is written.
 */

export type LogOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Text for people instead of JSON. */
  readonly readable: boolean
  /** Where lines go, for tests; standard output otherwise. */
  readonly write?: (line: string) => void
}

/** Whether lines are for people: in the sandbox and on a terminal, where nothing else is wished. */
export function isReadable({
  LATCHKEY_LOG_FORMAT: format,
  sandbox,
}: Pick<Config, 'LATCHKEY_LOG_FORMAT' | 'sandbox'>): boolean {
  if (format !== undefined) return format === 'text'
  return sandbox || process.stdout.isTTY === true
}

/** Makes a log for the named program. */
export function createLog(program: string, options: LogOptions): Logger {
  const sink = destination({ fd: 1, sync: true })
  const write = options.write ?? ((line: string) => void sink.write(line))
  const { readable } = options
  return pino(
    {
      level: options.level,
      base: { program },
      redact: { paths: SECRET_PATHS, remove: true },
      serializers: { error: describeError, err: describeError },
    },
    { write: (line: string) => write(withoutSecrets(readable ? readableLine(line) : line)) },
  )
}

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'password',
  'passphrase',
  'secret',
  'body',
  'csr',
  'headers',
]
const SECRET_PATHS = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`])

export type ErrorFields = {
  readonly name: string
  readonly message: string
  readonly code?: string
  /** The function of ours that threw; only for a bug, not for a LatchkeyError. */
  readonly at?: string
  readonly cause?: ErrorFields
}

/** Gives what may be logged of an error: its text, those of its causes, and where it came from. */
export function describeError(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { name: typeof error, message: short(String(error)) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const at = error.name === 'LatchkeyError' ? null : firstFrame(error)
  return {
    name: error.name,
    message: short(error.message),
    ...(code !== null && { code }),
    ...(at !== null && { at }),
    ...(error.cause !== undefined && depth < 4 && { cause: describeError(error.cause, depth + 1) }),
  }
}

/** Gives the first line of the stack that is our code, without the folder of the installation. */
function firstFrame(error: Error): string | null {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const ours = frames.find((line) => !line.includes('node_modules') && !line.includes('node:'))
  const frame = (ours ?? frames[0])?.slice('    at '.length)
  return frame === undefined ? null : short(frame.replace(/file:\/\/|\/[\w./-]*\/(?=\w+\/)/g, ''))
}

const TEXT_MAX = 500

function short(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
}

/** Removes what looks like a token, a PEM block or a person's name in the directory, anywhere in the line. */
function withoutSecrets(given: string): string {
  const line = given.includes('@')
    ? given.replace(CREDENTIALS, '[name]@').replace(PRINCIPAL, '[name]')
    : given
  if (!line.includes('eyJ') && !line.includes('-----BEGIN ')) return line
  return line
    .replace(/eyJ[\w-]{8,16384}(?:\.[\w-]*){1,4}/g, '[token]')
    .replace(/-----BEGIN [A-Z ]{1,40}-----[^"]{0,16384}/g, '[pem]')
}

/** Of an address, such as that of a database. */
const CREDENTIALS = /(?<=:\/\/)[^\s"'/@]{1,256}@/g
/** A mail address or user principal name. */
const PRINCIPAL = /[^\s"'<>()[\]{}=,;/\\]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g

const LEVELS: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
}

/** `12:30:01 info  authority: listening port=8080` */
function readableLine(line: string): string {
  const { level, time, program, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toISOString().slice(11, 19)
  const label = (LEVELS[Number(level)] ?? String(level)).padEnd(5)
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${readableValue(value)}`)
  return `${oneLine(`${clock} ${label} ${program}: ${msg ?? ''}${shown.join('')}`)}\n`
}

function readableValue(value: unknown): string {
  const text =
    typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)
  return text ?? 'undefined'
}

/**
 * Removes control, format and line-breaking characters, by which a hostile name could write lines of its own.
 */
function oneLine(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

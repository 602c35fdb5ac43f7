/**
 * The logs of several programs in one place. In a terminal: the program's name, then the line, where a JSON line
 * becomes a sentence followed by its members. For what collects lines: JSON alone.
 */

const LEVELS: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' }

/** Members that are not shown in the terminal. */
const NOISE = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'program'])

/** ANSI colours by program, readable in a 16-colour terminal with a light or dark background. */
const COLOURS: Readonly<Record<string, string>> = {
  sandbox: '35',
  authority: '36',
  portal: '32',
  latchkey: '33',
}

/** Gives one line of a program's output as the terminal shows it, without a line break. */
export function prefixed(program: string, line: string, colour: boolean): string {
  const name = program.padEnd(9)
  const label = colour ? `\u001b[${COLOURS[program] ?? '0'}m${name}\u001b[0m` : name
  // Readable lines begin with the program's name, which the prefix has already.
  const text = readable(line).replace(` ${program}: `, ' ')
  return `${label} | ${printable(text)}`
}

/** Gives one line of a program's output as JSON, as which our own programs write it. */
export function asJson(program: string, line: string): string {
  if (typeof parseObject(line)?.msg === 'string') return line
  return JSON.stringify({ level: 30, time: Date.now(), program, msg: line })
}

function readable(line: string): string {
  const entry = parseObject(line)
  if (entry === null || typeof entry.msg !== 'string') return line
  const level = typeof entry.level === 'number' ? (LEVELS[entry.level] ?? '') : ''
  const fields = Object.entries(entry)
    .filter(([name]) => !NOISE.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return [`${level}${entry.msg}`, ...fields].join(' ')
}

function parseObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return null
  }
}

/** Log lines contain text of strangers, whose escape sequences must not control the operator's terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}(?:\[[0-9;]*m)?/gu, (found) => (found === '\t' ? found : ''))
}

import { SECRETS, schemaNames } from '#lib/settings/settings.ts'

/** A variable that nothing reads, and the setting whose name is nearest. */
export type UnknownSetting = { readonly name: string; readonly nearest: string | null }

/** Not settings of the servers: the scripts' token, and what tests and the programs tell each other. */
const OTHERS = [
  'LATCHKEY_TOKEN',
  'LATCHKEY_PARENT_PIPE',
  'LATCHKEY_FAILPOINT',
  'LATCHKEY_TEST_LONG',
  'LATCHKEY_E2E_STACKS',
  'LATCHKEY_CHROMIUM',
  'LATCHKEY_WHOLE_CHROMIUM',
]

/** What Kubernetes sets in every container for a service whose name begins with latchkey. */
const OF_KUBERNETES =
  /_SERVICE_HOST$|_SERVICE_PORT(?:_[A-Z0-9_]+)?$|_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)?$/

/** A name that differs in more than a third of its letters is another name, not a slip. */
const SHARE_MAX = 1 / 3

/** Gives every variable that begins with `LATCHKEY_` and is no setting: a slip would change nothing unseen. */
export function unknownSettings(
  env: Readonly<Record<string, string | undefined>>,
): readonly UnknownSetting[] {
  const settings = [...schemaNames(), ...SECRETS, ...SECRETS.map((name) => `${name}_FILE`)]
  const known = new Set([...settings, ...OTHERS])
  return Object.keys(env)
    .filter((name) => name.startsWith('LATCHKEY_') && !known.has(name))
    .filter((name) => !OF_KUBERNETES.test(name))
    .toSorted()
    .map((name) => ({ name, nearest: nearestOf(name, settings) }))
}

/** One sentence for each, for the log and the terminal. */
export function unknownInWords({ name, nearest }: UnknownSetting): string {
  const guess = nearest === null ? 'npm run config shows what there is' : `did you mean ${nearest}?`
  return `${name} is no setting, and nothing reads it: ${guess}`
}

function nearestOf(name: string, settings: readonly string[]): string | null {
  const own = name.replace('LATCHKEY_', '')
  const [best] = settings
    .map((setting) => ({ setting, steps: stepsBetween(own, setting.replace('LATCHKEY_', '')) }))
    .toSorted((a, b) => a.steps - b.steps)
  return best !== undefined && best.steps <= own.length * SHARE_MAX ? best.setting : null
}

/** Levenshtein's distance; two letters in the wrong order are two steps. */
function stepsBetween(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}

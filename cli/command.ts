import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

const COMMON = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig

type Given<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O & typeof COMMON; allowPositionals: true }>
>

type Command<O extends ParseArgsOptionsConfig> = {
  readonly usage: string
  /** Beside `--json` and `--help`, which every command has. */
  readonly options: O
  readonly allowPositionals?: true
  /** What is said of an error without words, and the exit status of every error. */
  readonly failure: { readonly says: string; readonly status: number }
  /** Does the work and says what came of it. Gives the exit status; null when the arguments do not fit. */
  readonly run: (given: Given<O>) => Promise<number | null>
}

/** A command of `npm run`: reads its arguments, tells its usage, and gives the exit status. */
export function command<const O extends ParseArgsOptionsConfig>({
  usage,
  options,
  allowPositionals,
  failure,
  run,
}: Command<O>): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    try {
      const wide: ParseArgsOptionsConfig = { ...options, ...COMMON }
      const given = parseArgs({
        args: [...args],
        allowPositionals: allowPositionals ?? false,
        options: wide,
      })
      const isHelp = given.values.help === true
      const status = isHelp ? null : await run(given as Given<O>)
      if (status !== null) return status
      console.log(usage)
      return isHelp ? 0 : failure.status
    } catch (error) {
      console.error(error instanceof Error ? error.message : failure.says)
      return failure.status
    }
  }
}

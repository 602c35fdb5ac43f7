import { versions } from 'node:process'

/**
 * Compares programs on a machine that others use too. All of them run in every round, in random order, so
 * that other processes affect them alike; ratios are computed within a round, and the median of the ratios
 * counts.
 */

/** The measurement of one program in one round. */
export type Turn = {
  /** Number of operations. */
  readonly n: number
  /** Wall time of one operation, µs. */
  readonly us: number
  /** CPU time of the measured process for each operation, µs; null where the system does not give it. */
  readonly cpuUs: number | null
}

export type Contender = { readonly name: string; readonly run: () => Promise<Turn> }

export type Turns = ReadonlyMap<string, readonly Turn[]>

export type RaceOptions = {
  readonly rounds: number
  /** The program whose spread shows whether the machine was too busy for the result. */
  readonly peer: string
}

export type Race = {
  readonly turns: Turns
  /** The peer's times still varied too much in the second run. */
  readonly noisy: boolean
}

const NOISY_SPREAD = 0.25

/** Runs a warm-up and then the rounds; repeats all when the peer's spread is too wide. */
export async function race(
  contenders: readonly Contender[],
  { rounds, peer }: RaceOptions,
): Promise<Race> {
  for (const contender of contenders) await contender.run()
  const first = await alternate(contenders, rounds)
  if (spreadOf(first.get(peer) ?? []) <= NOISY_SPREAD) return { turns: first, noisy: false }
  const second = await alternate(contenders, rounds)
  return { turns: second, noisy: spreadOf(second.get(peer) ?? []) > NOISY_SPREAD }
}

async function alternate(contenders: readonly Contender[], rounds: number): Promise<Turns> {
  const turns = new Map<string, Turn[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const contender of shuffled(contenders)) {
      turns.get(contender.name)?.push(await contender.run())
    }
  }
  return turns
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/**
 * Half the distance between the quartiles, as a share of the median. By CPU time where known, which is
 * steadier.
 */
function spreadOf(turns: readonly Turn[]): number {
  const costs = turns.map(({ us, cpuUs }) => cpuUs ?? us)
  return (quantile(costs, 0.75) - quantile(costs, 0.25)) / median(costs)
}

/** One line of output. Times are medians in µs for one operation; ratios are ours divided by the peer's. */
export type Line = {
  readonly case: string
  readonly n: number
  readonly us: number
  readonly cpuUs: number | null
  readonly peer: string
  readonly peerUs: number
  readonly peerCpuUs: number | null
  readonly ratio: number
  readonly min: number
  readonly max: number
  readonly cpuRatio: number | null
  readonly noisy: boolean
  readonly versions: Readonly<Record<string, string>>
}

/** Compares `ours` with `peer`, round by round. */
export function compare(
  name: string,
  { turns, noisy }: Race,
  ours: string,
  peer: string,
  peerVersions: Readonly<Record<string, string>> = {},
): Line {
  const mine = turns.get(ours) ?? []
  const theirs = turns.get(peer) ?? []
  const ratios = mine.map(({ us }, round) => us / (theirs[round]?.us ?? Number.NaN))
  const cpuRatios = mine.map(({ cpuUs }, round) => divide(cpuUs, theirs[round]?.cpuUs ?? null))
  return {
    case: name,
    n: mine.reduce((sum, { n }) => sum + n, 0),
    us: rounded(median(mine.map(({ us }) => us))),
    cpuUs: medianCpu(mine),
    peer,
    peerUs: rounded(median(theirs.map(({ us }) => us))),
    peerCpuUs: medianCpu(theirs),
    ratio: rounded(median(ratios)),
    min: rounded(Math.min(...ratios)),
    max: rounded(Math.max(...ratios)),
    cpuRatio: cpuRatios.includes(null)
      ? null
      : rounded(median(cpuRatios.filter((one) => one !== null))),
    noisy,
    versions: { node: versions.node, openssl: versions.openssl, ...peerVersions },
  }
}

function divide(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b
}

function medianCpu(turns: readonly Turn[]): number | null {
  const known = turns.map(({ cpuUs }) => cpuUs).filter((one) => one !== null)
  return known.length === 0 ? null : rounded(median(known))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN]
  return below + (above - below) * (at - Math.floor(at))
}

/** Rounds to three significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

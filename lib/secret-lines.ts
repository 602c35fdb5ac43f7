/**
 * The values of a secret that may be changed while others still have the one before, each on a line of its own.
 * Every one is taken, the first is what is given out.
 */
export function secretLines(secret: string): readonly string[] {
  return secret
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

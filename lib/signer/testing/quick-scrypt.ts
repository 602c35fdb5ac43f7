import crypto, { type ScryptOptions } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll } from 'vitest'

/**
 * For the tests of this describe or file: what scrypt derives costs next to nothing, where it takes half a
 * second otherwise, on purpose. What is sealed says its usual cost, and only this process opens it again, until then.
 * key-file.test.ts pays the whole cost.
 */
export function quickScrypt(): void {
  const real = crypto.scrypt
  type Done = (error: Error | null, key: Buffer) => void
  const quick = (
    password: crypto.BinaryLike,
    salt: crypto.BinaryLike,
    length: number,
    options: ScryptOptions,
    done: Done,
  ) => real(password, salt, length, { ...options, N: 2 }, done)
  beforeAll(() => put(quick))
  afterAll(() => put(real))
}

function put(scrypt: unknown): void {
  Object.assign(crypto, { scrypt })
  syncBuiltinESMExports()
}

/** Why a program cannot start, as one sentence for the operator: what is wrong, and how to correct it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

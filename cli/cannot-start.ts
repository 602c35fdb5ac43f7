/** Why a program does not start, as one sentence for the operator: what is wrong, and what fixes it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

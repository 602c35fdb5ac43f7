/** Passwords of key files: random and of 100 bits, so that they hold even with the weak legacy encryption. */

/** 32 characters that nobody confuses: no I, O, 0, 1 and no small letters. ASCII: some readers fail on others. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

const LENGTH = 20

/** Makes a password of 20 characters, 100 bits. `randomBytes` must be cryptographically secure. */
export function makePassword(randomBytes: (length: number) => Uint8Array): string {
  let password = ''
  // 256 is a multiple of 32, so the remainder is uniform.
  for (const octet of randomBytes(LENGTH)) password += ALPHABET.charAt(octet % ALPHABET.length)
  return password
}

/** Gives the password in groups of four characters, for display; the password itself has no separators. */
export function passwordGroups(password: string): readonly string[] {
  const groups: string[] = []
  for (let at = 0; at < password.length; at += 4) groups.push(password.slice(at, at + 4))
  return groups
}

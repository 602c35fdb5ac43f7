/** The password of a file that we make: long and random, so that the file format cannot be its weak side. */

/** 32 signs that nobody mixes up: no I, O, 0, 1 and no small letters. ASCII, because some readers fail on anything else. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

const LENGTH = 20

/** Makes a password of 20 signs, 100 bits. `randomBytes` must be cryptographically secure. */
export function makePassword(randomBytes: (length: number) => Uint8Array): string {
  let password = ''
  // 256 is a multiple of 32, so each sign is equally likely.
  for (const octet of randomBytes(LENGTH)) password += ALPHABET.charAt(octet % ALPHABET.length)
  return password
}

/** Gives the password in groups of four, for reading only. */
export function passwordGroups(password: string): readonly string[] {
  const groups: string[] = []
  for (let at = 0; at < password.length; at += 4) groups.push(password.slice(at, at + 4))
  return groups
}

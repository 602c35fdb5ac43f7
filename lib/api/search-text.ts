/** A serial in groups of four, as the portal shows it, or in pairs, as OpenSSL and browsers do; a digit is in the first. */
const GROUPED =
  /^(?=[a-f]{0,3}\d)(?:(?:[0-9a-f]{4} )+[0-9a-f]{1,4}|(?:[0-9a-f]{2}[: ])+[0-9a-f]{1,2})$/i

/** Gives a serial, or its beginning, without gaps, as the ledger has it. Other texts, such as "Cafe 12", stay as they are. */
export function searchTextOf(text: string): string {
  return GROUPED.test(text) ? text.replaceAll(/[ :]/g, '') : text
}

/** des.js ships no types; this is the part that we use. */
declare module 'des.js' {
  type Cipher = { update(data: number[]): number[]; final(): number[] }
  type Options = { type: 'encrypt' | 'decrypt'; key: number[]; iv: number[] }
  export const EDE: object
  export const CBC: { instantiate(base: object): { create(options: Options): Cipher } }
}

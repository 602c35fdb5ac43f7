/** Types of the part of des.js that pkcs12-legacy.ts uses; the package has none of its own. */
declare module 'des.js' {
  type Cipher = { update(data: number[]): number[]; final(): number[] }
  type Options = { type: 'encrypt' | 'decrypt'; key: number[]; iv: number[] }
  export const EDE: object
  export const CBC: { instantiate(base: object): { create(options: Options): Cipher } }
}

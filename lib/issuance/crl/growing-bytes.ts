/** Bytes that are added to at the end, in one piece of memory: a million entries are one object. */
export function growingBytes() {
  let bytes = new Uint8Array(4096)
  let length = 0
  const makeRoom = (octets: number) => {
    if (length + octets <= bytes.length) return
    const larger = new Uint8Array(Math.max(2 * bytes.length, length + octets))
    larger.set(bytes)
    bytes = larger
  }
  return {
    push: (more: Uint8Array): void => {
      makeRoom(more.length)
      bytes.set(more, length)
      length += more.length
    },
    /** Lets `write` put up to so many octets into `bytes` from `length` on; it says where it ended. */
    write: (octetsMax: number, write: (bytes: Uint8Array, length: number) => number): void => {
      makeRoom(octetsMax)
      length = write(bytes, length)
    },
    /** What is there now, not a copy. */
    view: (): Uint8Array => bytes.subarray(0, length),
  }
}

/**
 * A byte buffer that grows at its end in one block of memory, so that a million CRL entries are one object
 * for the garbage collector.
 */
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
    /**
     * Lets `write` put up to `octetsMax` octets into `bytes` from `length` on. `write` returns the new
     * length.
     */
    write: (octetsMax: number, write: (bytes: Uint8Array, length: number) => number): void => {
      makeRoom(octetsMax)
      length = write(bytes, length)
    },
    /** The octets so far, as a view of the buffer. */
    view: (): Uint8Array => bytes.subarray(0, length),
  }
}

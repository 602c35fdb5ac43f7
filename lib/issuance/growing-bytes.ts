/** Bytes that are added to at the end, in one piece of memory: a million entries are one object. */
export function growingBytes() {
  let bytes = new Uint8Array(4096)
  let length = 0
  return {
    push: (more: Uint8Array): void => {
      if (length + more.length > bytes.length) {
        const larger = new Uint8Array(Math.max(2 * bytes.length, length + more.length))
        larger.set(bytes)
        bytes = larger
      }
      bytes.set(more, length)
      length += more.length
    },
    /** What is there now, not a copy. */
    view: (): Uint8Array => bytes.subarray(0, length),
  }
}

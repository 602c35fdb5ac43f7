/** A sentence in which *names* are bold and [buttons] of a system look like keys. */
export function RichText({ text }: { readonly text: string }) {
  const parts = text.split(/(\*[^*]+\*|\[[^\]]+\])/)
  return parts.map((part, index) => {
    const inside = part.slice(1, -1)
    // biome-ignore-start lint/suspicious/noArrayIndexKey: the parts of one fixed text
    if (part.startsWith('*')) {
      return (
        <b key={index} className="break-words font-semibold">
          {inside}
        </b>
      )
    }
    if (part.startsWith('[')) return <kbd key={index}>{inside}</kbd>
    return <span key={index}>{part}</span>
    // biome-ignore-end lint/suspicious/noArrayIndexKey: the parts of one fixed text
  })
}

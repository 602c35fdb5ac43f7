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
    if (part.startsWith('[')) {
      return (
        <kbd
          key={index}
          className="whitespace-nowrap rounded-[5px] border border-line border-b-2 bg-sunken px-1.5 py-0.5 font-medium font-sans text-small leading-[1.2]"
        >
          {inside}
        </kbd>
      )
    }
    return <span key={index}>{part}</span>
    // biome-ignore-end lint/suspicious/noArrayIndexKey: the parts of one fixed text
  })
}

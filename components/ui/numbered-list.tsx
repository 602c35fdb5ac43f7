import type { ReactNode } from 'react'

/** What to do, in order. */
export function NumberedList({ items }: { readonly items: readonly ReactNode[] }) {
  return (
    <ol className="divide-y divide-line">
      {items.map((item, index) => (
        <li key={index} className="grid grid-cols-[28px_1fr] gap-3 py-3">
          <span
            className="size-6.5 rounded-full bg-sunken text-center font-semibold text-ink2 text-small leading-[26px]"
            aria-hidden="true"
          >
            {index + 1}
          </span>
          <div className="min-w-0">{item}</div>
        </li>
      ))}
    </ol>
  )
}

/** Shows that a step is running. With reduced motion it is three dots that fade. */
export function Spinner({ small = false }: { readonly small?: boolean }) {
  return (
    <span className={`inline-block flex-none ${small ? 'size-3.75' : 'size-7'}`} aria-hidden="true">
      <svg
        className="size-full animate-spin stroke-3 motion-reduce:hidden"
        aria-hidden="true"
        viewBox="0 0 28 28"
        fill="none"
        stroke="currentColor"
        strokeLinecap="round"
      >
        <circle cx="14" cy="14" r="11.5" opacity="0.22" />
        <path d="M14 2.5A11.5 11.5 0 0 1 25.5 14" />
      </svg>
      <span className="hidden h-full items-center justify-center gap-0.75 *:size-1 *:animate-fade *:rounded-full *:bg-current *:nth-2:[animation-delay:0.2s] *:nth-3:[animation-delay:0.4s] motion-reduce:flex">
        <i />
        <i />
        <i />
      </span>
    </span>
  )
}

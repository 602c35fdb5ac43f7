/** Shows that a step is running. With reduced motion it is three dots that fade. */
export function Spinner({ small = false }: { readonly small?: boolean }) {
  return (
    <span className={small ? 'spinner small-spinner' : 'spinner'} aria-hidden="true">
      <svg
        className="turning"
        aria-hidden="true"
        viewBox="0 0 28 28"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
      >
        <circle className="track" cx="14" cy="14" r="11.5" />
        <path d="M14 2.5A11.5 11.5 0 0 1 25.5 14" stroke="currentColor" />
      </svg>
      <span className="dots">
        <i />
        <i />
        <i />
      </span>
    </span>
  )
}

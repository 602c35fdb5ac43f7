/** Latchkey's mark: an upright key. */
export function Mark({ className = '' }: { readonly className?: string }) {
  return (
    <svg className={className} viewBox="0 0 22 26" aria-hidden="true">
      <path
        className="fill-brass"
        fillRule="evenodd"
        d="M9.5 0a7.25 7.25 0 0 1 2 14.22V17.2h4.3v3H11.5v2.3h7.5V26H7.5V14.22A7.25 7.25 0 0 1 9.5 0Zm0 3.9a3.35 3.35 0 1 0 0 6.7 3.35 3.35 0 0 0 0-6.7Z"
      />
    </svg>
  )
}

/** The mark in a round seal that turns once when the certificate is ready. */
export function Seal() {
  return (
    <span className="grid size-19 flex-none place-items-center rounded-full border border-line bg-surface shadow-2 max-phone:size-14">
      <Mark className="size-11.5 origin-[44%_30%] transition-[rotate] delay-150 duration-700 ease-calm max-phone:size-8.5 starting:-rotate-90" />
    </span>
  )
}

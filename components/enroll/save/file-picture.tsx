/** The picture of a file with Latchkey's mark. */
export function FilePicture() {
  return (
    <svg
      className="h-14 w-11.5 flex-none text-brass"
      viewBox="0 0 46 56"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      aria-hidden="true"
    >
      <path
        className="fill-surface"
        d="M29 2H8a5 5 0 0 0-5 5v42a5 5 0 0 0 5 5h30a5 5 0 0 0 5-5V16L29 2Z"
      />
      <path d="M29 2v14h14" />
      <path
        className="fill-brass"
        stroke="none"
        fillRule="evenodd"
        transform="translate(14 23) scale(.84)"
        d="M9.5 0a7.25 7.25 0 0 1 2 14.22V17.2h4.3v3H11.5v2.3h7.5V26H7.5V14.22A7.25 7.25 0 0 1 9.5 0Zm0 3.9a3.35 3.35 0 1 0 0 6.7 3.35 3.35 0 0 0 0-6.7Z"
      />
    </svg>
  )
}

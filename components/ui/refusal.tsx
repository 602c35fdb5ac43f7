/** Why a change was not made, beside the button that asked for it; said at once to who cannot see it. */
export function Refusal({ text }: { readonly text: string | null }) {
  return (
    <p role="alert" className="small text-revoked not-empty:mt-3">
      {text}
    </p>
  )
}

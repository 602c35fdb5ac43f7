/** Why a change failed, beside the button that asked for it; announced to screen readers at once. */
export function Refusal({ text }: { readonly text: string | null }) {
  return (
    <p role="alert" className="small text-revoked not-empty:mt-3">
      {text}
    </p>
  )
}

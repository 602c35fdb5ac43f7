import { HelpHere } from '#components/shell/help-here.tsx'

/** Why a change failed, beside the button that asked for it; announced to screen readers at once. With it, whom to ask. */
export function Refusal({ text }: { readonly text: string | null }) {
  return (
    <p role="alert" className="small text-revoked not-empty:mt-3">
      {text}
      {text !== null && (
        <span className="row mt-1 gap-x-4 empty:hidden">
          <HelpHere />
        </span>
      )}
    </p>
  )
}

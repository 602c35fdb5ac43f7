import { Icon } from '#components/ui/icon.tsx'

/** A line at the top while the browser has no connection, which BrowserFacts writes to the document. */
export function OfflineNote(props: { readonly text: string; readonly narrow?: boolean }) {
  const { text, narrow = false } = props
  return (
    <div role="status" className="bg-accent-soft print:hidden">
      <p
        className={`mx-auto hidden items-start gap-2.5 px-8 py-2.5 text-control max-phone:px-4 in-data-offline:flex ${narrow ? 'max-w-[860px]' : 'max-w-[1120px]'}`}
      >
        <Icon name="wifi" className="mt-0.5 text-accent" />
        {text}
      </p>
    </div>
  )
}

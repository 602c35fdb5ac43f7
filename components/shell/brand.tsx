import { Mark } from '#components/ui/mark.tsx'

type BrandProps = {
  readonly product: string
  /** Address of the operator's logo, in place of the mark. */
  readonly logo: string | null
  /** Whose Latchkey it is. */
  readonly tenant?: string
}

/** The mark and the name, as every page begins. */
export function Brand({ product, logo, tenant }: BrandProps) {
  return (
    <span className="flex items-center gap-[9px] whitespace-nowrap font-semibold text-ink text-section leading-none tracking-[-0.012em]">
      {logo === null ? (
        <Mark className="h-6.5 w-5.5" />
      ) : (
        // The name stands beside it.
        <img className="h-7 w-auto max-w-32 object-contain" src={logo} alt="" />
      )}
      {product}
      {tenant && (
        <span className="ml-[3px] border-line border-l pl-[11px] font-medium text-ink2 text-small leading-none tracking-normal max-desk:hidden">
          {tenant}
        </span>
      )}
    </span>
  )
}

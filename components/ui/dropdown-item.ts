/** The classes of a button in the panel of a dropdown. */
export const DROPDOWN_ITEM =
  'flex min-h-10 w-full cursor-pointer items-center gap-2.5 whitespace-nowrap rounded-[8px] px-3 py-2 text-left text-control hover:bg-sunken'

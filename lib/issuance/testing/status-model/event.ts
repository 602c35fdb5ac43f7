/** One random event; `which` chooses among certificates and variants. */
export type Event = { readonly kind: string; readonly who: number; readonly which: number }

/** The circle of one answer, drawn by us: a browser's own is a grey disc on a dark page. */
export const RADIO = 'size-5 flex-none rounded-full border-[1.5px] border-edge'
export const RADIO_INPUT = `${RADIO} cursor-pointer appearance-none bg-surface checked:border-[6px] checked:border-accent`

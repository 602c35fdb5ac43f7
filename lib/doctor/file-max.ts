/** The largest file that is looked at, in octets. Alone in its file, so that a page has it without the readers. */
export const FILE_MAX = 1_048_576

/**
 * The page that looks at files. Its policy lets it fetch nothing (`connect-src 'none'`), so links to it and from
 * it load a whole document, and it is not drawn again by the router.
 */
export const SEALED_PAGE = '/doctor'

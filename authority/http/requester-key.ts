/** The name under which a request carries who asks. */
export const REQUESTER = 'requester'

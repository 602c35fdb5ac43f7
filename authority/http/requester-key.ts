/** Name of the request's member in which the requester is stored. */
export const REQUESTER = 'requester'

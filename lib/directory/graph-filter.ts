/** Graph takes up to 15 clauses joined by `or`. */
const IDS_PER_CALL = 10

/**
 * OData filters that find the objects with these ids, as many as are needed. The ids are GUIDs by
 * now, so nothing of the requester's can get into them.
 */
export function filtersFor(property: string, ids: readonly string[]): readonly string[] {
  const count = Math.ceil(ids.length / IDS_PER_CALL)
  return Array.from({ length: count }, (_, index) => {
    const some = ids.slice(index * IDS_PER_CALL, (index + 1) * IDS_PER_CALL)
    return encodeURIComponent(some.map((id) => `${property} eq '${id}'`).join(' or '))
  })
}

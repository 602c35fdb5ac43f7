import type { Directory } from '#lib/directory/directory.ts'

/** Makes `personAndDevices` of a test's directory from its single questions. */
export function askedTogether({
  user,
  devicesWithId,
}: Pick<Directory, 'user' | 'devicesWithId'>): Directory['personAndDevices'] {
  return async (oid, ids) => {
    const [person, ...found] = await Promise.all([
      oid === null ? null : user(oid),
      ...ids.map((id) => devicesWithId(id)),
    ])
    return { user: person, devices: found.flat() }
  }
}

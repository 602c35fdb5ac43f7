import { expect, it } from 'vitest'
import type { SeenEntraDevice } from '#lib/directory/directory.ts'
import { unseen } from '#lib/model.ts'
import { withDeviceIds } from './device-ids.ts'

const STORED = {
  ...unseen({ kind: 'entra_device', id: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601' }),
  objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
}
const OTHER = {
  objectId: '0b1ec702-2f64-4a8d-b5c9-e17d30a6f802',
  deviceId: 'de71ce02-8c2b-4f6a-9d35-71e0b4a9c602',
}

const cases: [string, SeenEntraDevice[], SeenEntraDevice[], string[]][] = [
  [
    'from the ledger, when the change does not tell it',
    [{ objectId: STORED.objectId, compliant: false }],
    [{ objectId: STORED.objectId, deviceId: STORED.id, compliant: false }],
    [STORED.objectId],
  ],
  [
    'from the same round, when another entry tells it',
    [
      { ...OTHER, enabled: true },
      { objectId: OTHER.objectId, compliant: false },
    ],
    [
      { ...OTHER, enabled: true },
      { ...OTHER, compliant: false },
    ],
    [],
  ],
  [
    'of nowhere: the device is left out',
    [{ objectId: OTHER.objectId, compliant: false }],
    [],
    [OTHER.objectId],
  ],
]

it.each(cases)('a device id comes %s', async (_name, items, expected, askedFor) => {
  const asked: string[] = []
  const ledger = {
    devicesWithObjectIds: async (ids: readonly string[]) => {
      asked.push(...ids)
      return ids.includes(STORED.objectId) ? [STORED] : []
    },
  }
  const round = { startedAt: new Date(0), isFull: false, items, removed: [], cursor: 'next' }
  expect(await withDeviceIds(ledger, round)).toEqual({ ...round, items: expected })
  expect(asked).toEqual(askedFor)
})

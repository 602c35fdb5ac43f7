import { describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { reportLost } from '#lib/issuance/revoke/lost-device.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { testPost } from '#lib/issuance/testing/test-post.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import { PostError } from '#lib/mail/post.ts'
import type { Mailbox, Requester } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, nonCompliant, now, requester } from '#lib/policy/testing/context.ts'
import { type Reminding, remindDue } from './remind.ts'
import { setStopped } from './stop.ts'

const DAY_MS = 86_400_000
const always = async () => true
const ALICE: Mailbox = { address: 'alice@contoso.example', name: 'Alice Adler', language: 'de-DE' }

async function open(change: Partial<Authority> = {}) {
  const made = await testAuthority(change)
  const { authority, clock, sync } = made
  const { post, letters, held } = testPost()
  const asked: string[] = []
  const mailboxes = new Map<string, Mailbox>([[alice.oid, ALICE]])
  const reminding: Reminding = {
    post,
    daysBefore: [30, 14, 3],
    mailbox: async (oid) => {
      asked.push(oid)
      return mailboxes.get(oid) ?? null
    },
  }
  return {
    ...{ ...made, letters, held, asked, mailboxes, reminding },
    issue: async (wish: object, options = {}, who: Requester = requester) =>
      (await enroll(authority, who, makeCsr({ key: 'ec-p256', ...wish }).der, 'api', options))
        .serial,
    /** One turn so many days after the certificates were issued, with a directory of that day. */
    turn: async (days: number, goOn = always, by = reminding) => {
      clock.now = new Date(now.getTime() + days * DAY_MS)
      await sync()
      return remindDue(authority, by, goOn)
    },
    told: () =>
      letters.splice(0).map(({ to, certificates }) => [to.address, ...certificates.map(serialOf)]),
  }
}

function serialOf({ serial }: { readonly serial: string }): string {
  return serial
}

const device = { commonName: laptop.deviceId ?? '' }
const person = { upn: alice.upn }

test('on which day who is told of what', async () => {
  const { issue, turn, letters } = await open()
  await issue(person)
  await issue(device)
  const told: [number, (string | null)[]][] = []
  for (const days of [0, 330, 335, 336, 350, 351, 352, 361, 362, 363, 364, 366]) {
    await turn(days)
    const names = letters.splice(0).map(({ certificates }) => certificates.map(({ name }) => name))
    for (const one of names.sort()) told.push([days, one])
  }
  // Of 365 days, so thirty before the end is day 335; a person's own certificate has no name.
  expect(told).toEqual(
    [335, 351, 362].flatMap((day) => [
      [day, [null]],
      [day, [laptop.displayName]],
    ]),
  )
})

test('a letter has what a mail needs, and a secret of its own', async () => {
  const { issue, turn, letters, authority } = await open()
  const serial = await issue(device)
  await turn(340)
  const [letter] = letters
  expect(letter).toEqual({
    to: ALICE,
    certificates: [
      {
        ...{ serial, profile: 'device', name: laptop.displayName, holder: laptop.deviceId },
        ...{ isHeld: false, notAfter: (await authority.ledger.certificate(serial))?.notAfter },
      },
    ],
    token: expect.stringMatching(/^[\w-]{32}$/),
    now: new Date(now.getTime() + 340 * DAY_MS),
  })
  const { event } = (await authority.ledger.auditTrail(0, 99)).at(-1) ?? {}
  expect(event).toMatchObject({
    kind: 'reminder.recorded',
    facts: { serials: serial, days: 30, address: true },
  })
  const trail = JSON.stringify(await authority.ledger.auditTrail(0, 99))
  expect(trail).not.toContain(letter?.token)
  expect(trail).not.toContain(ALICE.address)
})

test('one mail of all that a person has of their own', async () => {
  const { issue, turn, told } = await open()
  const both = [await issue(person), await issue(person)]
  await turn(340)
  const [[address, ...serials] = []] = told()
  expect([address, ...serials.sort()]).toEqual([ALICE.address, ...both.sort()])
})

test('nobody is told of what was renewed, revoked or lost', async () => {
  const { issue, turn, told, clock } = await open()
  const old = await issue(person)
  clock.now = new Date(now.getTime() + DAY_MS)
  const next = await issue(person, { replaces: old })
  await turn(340)
  expect(told()).toEqual([[ALICE.address, next]])

  const revoked = await open()
  const gone = await revoked.issue(person)
  await revokeOwn(revoked.authority, requester, gone, 'superseded', false, null)
  await revoked.turn(340)
  expect(revoked.told()).toEqual([])

  const lost = await open()
  await reportLost(lost.authority, requester, await lost.issue(device))
  await lost.turn(340)
  expect(lost.told()).toEqual([])
})

test('of what is on hold somebody is told, and that it is', async () => {
  const { issue, turn, letters, directory } = await open()
  await issue(device)
  directory.devices = [{ ...laptop, ...nonCompliant }]
  await turn(340)
  expect(letters.map(({ certificates }) => certificates[0]?.isHeld)).toEqual([true])
})

test('while the directory is not known, nobody is told of anything', async () => {
  const { issue, clock, told, authority, reminding } = await open()
  await issue(device)
  clock.now = new Date(now.getTime() + 340 * DAY_MS)
  await remindDue(authority, reminding, always)
  expect(told()).toEqual([])
})

test('who has no address is asked for once for each mark', async () => {
  const { issue, turn, told, asked, mailboxes, held, authority } = await open()
  mailboxes.clear()
  await issue(device)
  await turn(340)
  await turn(341)
  expect(asked).toEqual([alice.oid])
  expect([told(), held.opened]).toEqual([[], 0])
  const { event } = (await authority.ledger.auditTrail(0, 99)).at(-1) ?? {}
  expect(event?.facts.address).toBe(false)
})

test('what the server puts off is tried again, less and less often, until it is given up', async () => {
  const { issue, turn, told, held } = await open()
  await issue(device)
  held.answers = Array.from({ length: 20 }, () => 'later')
  expect(await turn(336)).toMatchObject({ later: 1 })
  const hours = [0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 27.75]
  const minute = 1 / 60
  for (const at of hours) {
    expect(await turn(336 + (at - minute) / 24), `before ${at} h`).toMatchObject({ later: 0 })
    expect(await turn(336 + at / 24), `at ${at} h`).toMatchObject({ later: 1 })
  }
  expect(await turn(350)).toMatchObject({ later: 0 })
  expect(told()).toEqual([])
  held.answers = []
  await turn(351)
  expect(told()).toHaveLength(1)
})

test.each(['refused', 'unsure'] as const)('a mail that is %s is not sent again', async (answer) => {
  const { issue, turn, told, held } = await open()
  await issue(device)
  held.answers = [answer]
  expect(await turn(340)).toMatchObject({ [answer]: 1, taken: 0 })
  await turn(340.5)
  expect(told()).toEqual([])
  await turn(351)
  expect(told()).toHaveLength(1)
})

test('one person of whom the directory does not speak keeps nobody else waiting', async () => {
  const { issue, turn, told, reminding, directory } = await open()
  const bob = { ...alice, oid: 'b0b00000-0000-4000-8000-000000000002', upn: 'bob@contoso.example' }
  directory.users.push(bob)
  await issue({ upn: bob.upn }, {}, { ...requester, oid: bob.oid, name: bob.upn })
  const own = await issue(person)
  const silent = new LatchkeyError('directory_unavailable', 'x')
  const ask = reminding.mailbox
  const half = {
    ...reminding,
    mailbox: (oid: string) => (oid === bob.oid ? Promise.reject(silent) : ask(oid)),
  }
  expect(await turn(340, always, half)).toMatchObject({ taken: 1, unasked: 1 })
  expect(told()).toEqual([[ALICE.address, own]])
})

test('a server that takes nothing is asked for three mails in a turn, and no more', async () => {
  const made = await open()
  await issueFor(made, [1, 2, 3, 4])
  made.held.answers = ['later', 'refused', 'later']
  expect(await made.turn(340)).toMatchObject({ later: 2, refused: 1, taken: 0 })
  expect(await made.turn(340)).toMatchObject({ taken: 1 })
})

/** A certificate for each of some devices. */
async function issueFor(
  { issue, directory }: Awaited<ReturnType<typeof open>>,
  numbers: readonly number[],
): Promise<void> {
  directory.devices = numbers.map((number) => {
    const deviceId = `d0000000-0000-4000-8000-00000000000${number}`
    const intuneId = `10000000-0000-4000-8000-00000000000${number}`
    return { ...laptop, deviceId, intuneId, objectId: intuneId }
  })
  for (const { deviceId } of directory.devices) await issue({ commonName: deviceId })
}

test('a directory that speaks of nobody ends the turn, and begins nothing', async () => {
  const made = await open()
  const { turn, told, reminding } = made
  await issueFor(made, [1, 2, 3])
  const silent = new LatchkeyError('directory_unavailable', 'x')
  const none = { ...reminding, mailbox: () => Promise.reject(silent) }
  await expect(turn(340, always, none)).rejects.toBe(silent)
  await turn(340)
  expect(told()).toHaveLength(3)
})

test('a server that takes nothing is left alone, and one that is not there begins nothing', async () => {
  const { issue, turn, told, held, authority } = await open()
  const serial = await issue(device)
  held.error = new PostError('ECONNECTION', null)
  await expect(turn(340)).rejects.toThrow(PostError)
  expect(await authority.ledger.remindersOf([serial])).toEqual([])
  held.error = null
  await turn(340)
  expect(told()).toEqual([[ALICE.address, serial]])
  expect(held.closed).toBe(held.opened)
})

test('who is told to stop does so before the next mail', async () => {
  const { issue, turn, told } = await open()
  await issue(device)
  await issue(person)
  let count = 0
  await turn(340, async () => ++count < 2)
  expect(told()).toHaveLength(1)
  await turn(340)
  expect(told()).toHaveLength(1)
})

describe.each(testEngines())('on $name', (engine) => {
  const { open: openLedger } = ledgersOn(engine)

  test('two replicas at once send one mail, and who stops them gets no more', async () => {
    const { issue, turn, authority, reminding, letters, told } = await open({
      ledger: await openLedger(),
    })
    const serial = await issue(device)
    await turn(300)
    await turn(336, async () => false)
    const both = [1, 2].map(() => remindDue(authority, reminding, always))
    const reports = await Promise.all(both)
    expect(reports.reduce((sum, { taken }) => sum + taken, 0)).toBe(1)
    const token = letters[0]?.token ?? ''
    expect(told()).toEqual([[ALICE.address, serial]])
    await setStopped(authority, token, true)
    await setStopped(authority, token, true)
    await turn(351)
    expect(told()).toEqual([])
    await setStopped(authority, token, false)
    await turn(352)
    expect(told()).toEqual([[ALICE.address, serial]])
    await expect(setStopped(authority, 'x', true)).rejects.toMatchObject({ code: 'not_found' })
  })
})

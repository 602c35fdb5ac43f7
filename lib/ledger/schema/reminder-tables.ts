import type { Dialect } from './dialect.ts'

export function reminderTables({ integer, key, end, keyedEnd }: Dialect): readonly string[] {
  return [
    `create table reminder (
      serial ${key} not null,
      days ${integer} not null,
      token ${key} not null,
      attempts ${integer} not null,
      recorded_at ${integer} not null,
      retry_at ${integer},
      stopped_at ${integer},
      primary key (serial, days)
    ) ${keyedEnd}`,
    'create index reminder_token on reminder (token)',
    `create table calendar (
      owner_oid ${key} primary key,
      owner_tid ${key} not null,
      secret ${key} not null,
      language text not null,
      made_at ${integer} not null
    ) ${end}`,
    'create unique index calendar_secret on calendar (secret)',
  ]
}

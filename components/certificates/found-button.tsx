import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { Found, type Lost } from './found.tsx'

type FoundButtonProps = {
  readonly what: Lost
  readonly name: string
  readonly words: Dictionary
}

/** Withdraws the report that a device is lost. */
export function FoundButton({ what, name, words }: FoundButtonProps) {
  const { devices, certificate, stepUp } = words
  return (
    <Found
      what={what}
      small
      words={{
        found: devices.found,
        label: fill(devices.foundFor, { name }),
        cancel: certificate.stop.cancel,
        failed: certificate.stop.failed,
      }}
      stepUp={stepUp}
    />
  )
}

import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PICTURE_PLACES, PICTURE_STEPS, StepPicture } from '#components/pictures/step-picture.tsx'
import { ConfirmNote } from '#components/step-up/confirm-note.tsx'
import type { Confirming } from '#components/step-up/use-confirmation.ts'
import { Refusal } from '#components/ui/refusal.tsx'
import { wrong as german } from '#lib/i18n/de.ts'
import { common, stepUp } from '#lib/i18n/en.ts'
import { AskIt } from './ask-it.tsx'
import { Brand } from './brand.tsx'
import { HelpLine } from './help-line.tsx'
import { Problem } from './problem.tsx'

const NOBODY = { email: null, phone: null, url: null, privacyUrl: null }
const help = (given: Partial<typeof NOBODY | Record<keyof typeof NOBODY, string>>) =>
  renderToStaticMarkup(<HelpLine {...NOBODY} {...given} words={common} />)

describe('the help line', () => {
  test('leads to the page that looks into files, also where nobody is named', () => {
    expect(help({})).toContain('href="/doctor" target="_blank" rel="noopener">Check a file</a>')
    expect(help({}).match(/href/g)).toHaveLength(1)
  })

  test('on that page has no link to it', () => {
    const sealed = <HelpLine {...NOBODY} words={common} isSealed />
    expect(renderToStaticMarkup(sealed)).not.toContain('href')
  })

  test('names whom to ask in every way that is given', () => {
    const all = help({
      email: 'help@contoso.example',
      phone: '+49 (30) 1234-567',
      url: 'https://help.contoso.example/wifi',
      privacyUrl: 'https://contoso.example/privacy',
    })
    expect(all).toContain('Need help?')
    expect(all).toContain('href="mailto:help@contoso.example"')
    expect(all).toContain('href="tel:+49301234567"')
    expect(all).toContain('href="https://help.contoso.example/wifi" target="_blank" rel="noopener"')
    expect(all).toMatch(/href="https:\/\/contoso.example\/privacy"[^>]*>Privacy</)
  })

  test('asks nothing where there is only a privacy page', () => {
    expect(help({ privacyUrl: 'https://contoso.example/privacy' })).not.toContain('Need help?')
  })
})

describe('a message for IT', () => {
  const asked = (given: Partial<Record<'email' | 'url', string>>) =>
    renderToStaticMarkup(
      <AskIt
        message="Hello, my laptop & I"
        copy="Copy"
        help={{ email: null, phone: null, url: null, ...given }}
        words={common}
      />,
    )

  test('can be copied, and sent where an address is named', () => {
    expect(asked({})).not.toContain('href')
    const all = asked({ email: 'help@contoso.example', url: 'https://help.contoso.example/' })
    expect(all).toContain(
      'href="mailto:help@contoso.example?body=Hello%2C%20my%20laptop%20%26%20I"',
    )
    expect(all).toContain('href="https://help.contoso.example/" target="_blank" rel="noopener"')
  })
})

describe('what is asked or refused in a dialog', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test('names whom to ask', () => {
    const words = { ...german, email: 'help@contoso.example', phone: null, url: null }
    vi.stubGlobal('document', { documentElement: { dataset: { words: JSON.stringify(words) } } })
    const note = (confirming: Confirming) =>
      renderToStaticMarkup(
        <ConfirmNote confirming={confirming} ask="" words={stepUp} onOpenAgain={() => undefined} />,
      )
    for (const shown of [
      note({ kind: 'waiting' }),
      note({ kind: 'none', reason: 'blocked', name: null }),
      renderToStaticMarkup(<Refusal text="That did not work." />),
    ]) {
      expect(shown).toContain('href="mailto:help@contoso.example"')
    }
    expect(renderToStaticMarkup(<Refusal text={null} />)).not.toContain('mailto:')
  })
})

describe('the page for an error', () => {
  afterEach(() => void vi.unstubAllGlobals())
  const problem = () => renderToStaticMarkup(<Problem code="4711" onRetry={() => undefined} />)

  test('speaks the language of the document, and names whom to ask', () => {
    const words = { ...german, email: 'help@contoso.example', phone: '+49 30 1', url: null }
    vi.stubGlobal('document', { documentElement: { dataset: { words: JSON.stringify(words) } } })
    expect(problem()).toContain('<h1>Etwas ist schiefgegangen</h1>')
    expect(problem()).toContain('Code für die IT: 4711')
    expect(problem()).toContain('href="mailto:help@contoso.example"')
    expect(problem()).toContain('+49 30 1')
  })

  test('has words where the document came without', () => {
    vi.stubGlobal('document', { documentElement: { dataset: {} } })
    expect(problem()).toContain('<h1>Something went wrong</h1>')
    expect(problem()).not.toContain('mailto:')
  })
})

test('an own logo stands in place of the key, beside the name', () => {
  const own = renderToStaticMarkup(<Brand product="Contoso Pass" logo="/brand/logo?v=1" />)
  expect(own).toContain('src="/brand/logo?v=1" alt=""')
  expect(own).toContain('Contoso Pass')
  expect(own).not.toContain('<svg')
  expect(renderToStaticMarkup(<Brand product="Latchkey" logo={null} />)).toContain('<svg')
})

test('every step is drawn on every machine, for the eye only, in the colours of the theme', () => {
  const drawn = PICTURE_PLACES.flatMap((place) =>
    PICTURE_STEPS.map((step) => renderToStaticMarkup(<StepPicture place={place} step={step} />)),
  )
  expect(new Set(drawn).size).toBe(PICTURE_PLACES.length * PICTURE_STEPS.length)
  for (const svg of drawn) {
    expect(svg).toMatch(/^<svg class="[^"]+" viewBox="0 0 120 80"[^>]* aria-hidden="true">/)
    expect(svg).not.toMatch(/#[0-9a-f]{3}|rgb|<text/)
  }
})

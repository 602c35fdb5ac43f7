import { contrast, hexOfOklch, mix, oklchOf } from './colour.ts'

/** The operator's accent colour in both themes: whether it can be read, and what follows from it. Pure. */

/** `#rrggbb` for the light theme, and for the dark one; without the second it follows from the first. */
export type Accent = { readonly light: string; readonly dark: string | null }

type Theme = 'light' | 'dark'

/**
 * What the accent stands on as text, from the tokens of app/styles/tokens.css, and the text on it. WCAG 2.2
 * asks for 4.5 to 1 for text (1.4.3) and 3 to 1 for controls (1.4.11), which the first includes.
 */
export const GROUNDS = {
  light: { bg: '#f3f6f6', surface: '#ffffff', sunken: '#eaf0f0', onAccent: '#ffffff' },
  dark: { bg: '#0a1317', surface: '#101c21', sunken: '#17272d', onAccent: '#04202a' },
} as const satisfies Record<Theme, Record<string, string>>

const TEXT_CONTRAST = 4.5
/** How much of the accent is in the soft ground behind it. */
const SOFT_SHARE = 0.1
const STEP = 0.0025

/** A sentence for an accent that cannot be read, with the nearest one that can; null for one that can. */
export function accentProblem(name: string, accent: Accent): string | null {
  const wrong = (['light', 'dark'] as const).flatMap((theme) => {
    const colour = accent[theme]
    if (colour === null || isReadable(colour, theme)) return []
    const ratio = Math.floor(worst(colour, theme) * 10) / 10
    return [
      `${colour} has a contrast of ${ratio} to 1 with the ${theme} theme, where links and buttons need ` +
        `${TEXT_CONTRAST}. The nearest that has it is ${nearest(colour, theme)}.`,
    ]
  })
  return wrong.length === 0 ? null : `${name}: ${wrong.join(' ')}`
}

/**
 * The tokens that follow from an accent, as CSS. Without `light-dark()`, which the build translates for browsers
 * that do not know it.
 */
export function accentStyle({ light, dark }: Accent): string {
  const day = tokensOf(light, light, 'light')
  const night = tokensOf(dark ?? nearest(light, 'dark'), light, 'dark')
  return (
    `:root{${day}}@media(prefers-color-scheme:dark){:root{${night}}}` +
    `:root[data-theme=light]{${day}}:root[data-theme=dark]{${night}}`
  )
}

/** Our own door's colours, whose lightness is kept. */
const DOOR = {
  light: { door: '#0a4254', 'door-lo': '#073240', 'door-hi': '#155a70' },
  dark: { door: '#0b2f3b', 'door-lo': '#08242e', 'door-hi': '#154552' },
} as const satisfies Record<Theme, Record<string, string>>

function tokensOf(colour: string, hue: string, theme: Theme): string {
  const tokens = {
    accent: colour,
    // Further from the ground, so that a pointer makes it stronger.
    'accent-hover': theme === 'light' ? mix(colour, '#000000', 0.25) : mix(colour, '#ffffff', 0.3),
    'accent-soft': soft(colour, theme),
    'on-accent': GROUNDS[theme].onAccent,
    ...Object.fromEntries(
      Object.entries(DOOR[theme]).map(([name, door]) => [name, shade(hue, door)]),
    ),
  }
  return Object.entries(tokens)
    .map(([name, value]) => `--color-${name}:${value}`)
    .join(';')
}

function isReadable(colour: string, theme: Theme): boolean {
  return worst(colour, theme) >= TEXT_CONTRAST
}

/** The lowest contrast of the accent with what it stands on and what stands on it. */
function worst(colour: string, theme: Theme): number {
  const others = [...Object.values(GROUNDS[theme]), soft(colour, theme)]
  return Math.min(...others.map((other) => contrast(colour, other)))
}

function soft(colour: string, theme: Theme): string {
  return mix(GROUNDS[theme].surface, colour, SOFT_SHARE)
}

/** The readable colour of the same hue whose lightness is nearest. */
function nearest(colour: string, theme: Theme): string {
  const { l, c, h } = oklchOf(colour)
  for (let step = 0; step * STEP <= 1; step++) {
    for (const lightness of [l - step * STEP, l + step * STEP]) {
      if (lightness < 0 || lightness > 1) continue
      const candidate = hexOfOklch({ l: lightness, c, h })
      if (isReadable(candidate, theme)) return candidate
    }
  }
  throw new Error(`no lightness of ${colour} can be read`)
}

/** A colour of the sign-in page's door in the hue of the accent, no more colourful than either. */
function shade(accent: string, door: string): string {
  const { c, h } = oklchOf(accent)
  const own = oklchOf(door)
  return hexOfOklch({ l: own.l, c: Math.min(c, own.c), h })
}

/** Colours as numbers: contrast by WCAG 2.2, and lightness, chroma and hue by OKLCH. Pure. */

/** Red, green and blue from 0 to 1, as in sRGB. */
export type Rgb = readonly [number, number, number]

/** Lightness from 0 to 1, chroma, and hue in radians. */
export type Oklch = { readonly l: number; readonly c: number; readonly h: number }

/** Reads `#rrggbb`. */
function rgbOf(hex: string): Rgb {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255
  return [channel(1), channel(3), channel(5)]
}

function hexOf(rgb: Rgb): string {
  const channel = (value: number) =>
    Math.round(clamp(value) * 255)
      .toString(16)
      .padStart(2, '0')
  return `#${rgb.map(channel).join('')}`
}

/** Contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
  return (high + 0.05) / (low + 0.05)
}

/** A mixture in sRGB, as CSS `color-mix(in srgb, …)`; `share` is that of the second colour. */
export function mix(first: string, second: string, share: number): string {
  const [from, to] = [rgbOf(first), rgbOf(second)]
  const at = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share
  return hexOf([at(0), at(1), at(2)])
}

/** Björn Ottosson's OKLab in polar form, which CSS Color 4 uses. */
export function oklchOf(hex: string): Oklch {
  const [r, g, b] = rgbOf(hex).map(linear) as unknown as Rgb
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const green = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short
  const blue = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short
  return {
    l: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    c: Math.hypot(green, blue),
    h: Math.atan2(blue, green),
  }
}

/** The colour, with less chroma where sRGB has none so strong. */
export function hexOfOklch({ l, c, h }: Oklch): string {
  for (let chroma = c; chroma > 0.002; chroma -= 0.002) {
    const rgb = rgbOfOklch({ l, c: chroma, h })
    if (rgb.every((value) => value > -0.0005 && value < 1.0005)) return hexOf(rgb)
  }
  return hexOf(rgbOfOklch({ l, c: 0, h }))
}

function rgbOfOklch({ l, c, h }: Oklch): Rgb {
  const [green, blue] = [c * Math.cos(h), c * Math.sin(h)]
  const long = (l + 0.3963377774 * green + 0.2158037573 * blue) ** 3
  const middle = (l - 0.1055613458 * green - 0.0638541728 * blue) ** 3
  const short = (l - 0.0894841775 * green - 1.291485548 * blue) ** 3
  return [
    encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ]
}

function luminance(hex: string): number {
  const [r, g, b] = rgbOf(hex).map(linear) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function encoded(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}

import { correction, generate } from 'lean-qr'

/** ISO/IEC 18004 section 6.3.8: four modules of nothing around a code. */
const QUIET = 4

/** Gives the dark modules of a QR code as the data of an SVG path, and the width of the picture in modules. */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const code = generate(text, { minCorrectionLevel: correction.M })
  const rows: string[] = []
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (code.get(x, y)) rows.push(`M${x + QUIET} ${y + QUIET}h1v1h-1z`)
    }
  }
  return { path: rows.join(''), size: code.size + 2 * QUIET }
}

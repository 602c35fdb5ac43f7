import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { qrPath } from './qr-path.ts'

/** Pixels for each module. */
const SCALE = 5

test.each([
  'https://latchkey.contoso.example/enroll?for=de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  'http://localhost:3000/enroll?for=me',
])('another decoder reads %s out of the picture', (text) => {
  const { path, size } = qrPath(text)
  const width = size * SCALE
  const data = new Uint8ClampedArray(width * width * 4).fill(255)
  for (const [, x = '', y = ''] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < SCALE * SCALE; pixel++) {
      const row = Number(y) * SCALE + Math.floor(pixel / SCALE)
      const column = Number(x) * SCALE + (pixel % SCALE)
      data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3)
    }
  }
  expect(decodeQR({ width, height: width, data })).toBe(text)
})

import { expect, test } from 'vitest'
import { fileBase, formatSize } from './file-name.ts'

test.each([
  ['ALICE-LT-042', 'ALICE-LT-042'],
  ['Alice Adler', 'Alice-Adler'],
  ['Alice’s iPhone', 'Alices-iPhone'],
  ['Jörg Müßig', 'Jorg-Mussig'],
  ['../../etc/passwd', 'etc-passwd'],
  ['a/b\\c:d*e?f"g<h>i|j', 'a-b-c-d-e-f-g-h-i-j'],
  ['$(rm -rf ~)', 'rm-rf'],
  ['.hidden.', 'hidden'],
  ['con', 'my-con'],
  ['COM1.old', 'my-COM1.old'],
  ['console', 'console'],
  ['田中', 'certificate'],
  ['\u202egpj.exe', 'gpj.exe'],
  ['', 'certificate'],
  ['x'.repeat(200), 'x'.repeat(60)],
])('%s becomes %s', (name, base) => {
  expect(fileBase(name)).toBe(base)
})

test('sizes as people read them', () => {
  expect(formatSize(912, 'en')).toBe('912 B')
  expect(formatSize(3124, 'en')).toBe('3.1 kB')
  expect(formatSize(3124, 'de')).toBe('3,1 kB')
})

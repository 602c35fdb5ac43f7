import { expect, test } from 'vitest'
import { formOf, systemName, systemOf, systemOfBrowser } from './system.ts'

test.each([
  ['Windows', 'windows'],
  ['MacMDM', 'macos'],
  ['macOS', 'macos'],
  ['IPhone', 'ios'],
  ['iPad', 'ios'],
  ['iOS', 'ios'],
  ['AndroidForWork', 'android'],
  ['Linux', 'linux'],
  ['Ubuntu', 'linux'],
  ['ChromeOS', 'chromeos'],
  ['', 'other'],
  ['Plan 9', 'other'],
])('the directory says %s', (os, system) => {
  expect(systemOf(os)).toBe(system)
})

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0', 'windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1', 'macos'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)', 'ios'],
  ['Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/156.0', 'android'],
  ['Mozilla/5.0 (X11; CrOS x86_64) Chrome/156.0', 'chromeos'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', 'linux'],
  ['curl/8.1', 'other'],
])('the browser says %s', (userAgent, system) => {
  expect(systemOfBrowser(userAgent)).toBe(system)
})

test.each([
  ['ios', 'iPhone 15', 'phone'],
  ['ios', 'iPad Air', 'tablet'],
  ['windows', 'Surface Go 4', 'tablet'],
  ['windows', 'ThinkPad X1', 'laptop'],
  ['linux', 'Precision 3680', 'screen'],
  ['android', null, 'phone'],
  ['macos', 'MacBook Pro', 'laptop'],
] as const)('%s %s looks like a %s', (system, model, form) => {
  expect(formOf(system, model)).toBe(form)
})

test.each([
  ['Windows', '10.0.26200.6901', 'Windows 11'],
  ['Windows', '10.0.19045.1', 'Windows 10'],
  ['Windows', null, 'Windows'],
  ['Linux', 'Ubuntu 26.04', 'Ubuntu 26.04'],
  ['Linux', '6.12', 'Linux 6.12'],
  ['macOS', '26.1 (25B78)', 'macOS 26.1'],
  ['iOS', '26.1', 'iOS 26.1'],
  ['iPad', '26.1', 'iPadOS 26.1'],
  ['AndroidForWork', '16', 'Android 16'],
  ['Plan 9', '4', 'Plan 9 4'],
])('%s %s is called %s', (os, version, name) => {
  expect(systemName(os, version)).toBe(name)
})

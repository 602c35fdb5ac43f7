import { describe, expect, test } from 'vitest'
import { asJson, prefixed } from './log-line.ts'

describe('a line of a program in the terminal', () => {
  test('a plain line gets the name of its program', () => {
    expect(prefixed('portal', 'Ready in 0.5s', false)).toBe('portal    | Ready in 0.5s')
  })

  test('a readable line does not name its program twice', () => {
    const line = '12:30:01 info  authority: listening port=8080'
    expect(prefixed('authority', line, false)).toBe(
      'authority | 12:30:01 info  listening port=8080',
    )
  })

  test('a JSON line becomes a sentence with its fields behind it', () => {
    const line = '{"level":40,"time":1,"program":"authority","msg":"slow","ms":12,"who":"bob"}'
    expect(prefixed('authority', line, false)).toBe('authority | warning: slow ms=12 who=bob')
  })

  test.each([
    ['half a JSON object', '{"level":30,"msg":'],
    ['JSON without a message', '{"level":30}'],
    ['JSON that is not an object', '[1,2]'],
  ])('%s is shown as it is', (_name, line) => {
    expect(prefixed('sandbox', line, false)).toBe(`sandbox   | ${line}`)
  })

  test('colour is only the name, and only when asked for', () => {
    expect(prefixed('portal', 'ready', true)).toBe('\u001b[32mportal   \u001b[0m | ready')
  })

  test.each([
    ['colour', '\u001b[31mred\u001b[0m', 'red'],
    ['clear screen', 'a\u001b[2Jb', 'a[2Jb'],
    ['carriage return and backspace', 'a\r\bb', 'ab'],
    ['C1 control', 'a\u009bb', 'ab'],
    ['escape inside JSON', '{"msg":"x\\u001b]0;title\\u0007"}', 'x]0;title'],
  ])('escape sequences of a stranger do not reach the terminal: %s', (_name, line, shown) => {
    expect(prefixed('portal', line, true)).toBe(`\u001b[32mportal   \u001b[0m | ${shown}`)
  })
})

describe('a line of a program for what collects lines', () => {
  test('a JSON line of ours stays as it is', () => {
    const line = '{"level":40,"time":1,"program":"authority","msg":"slow"}'
    expect(asJson('authority', line)).toBe(line)
  })

  test.each([
    'ready at http://localhost:3000',
    '{"level":30}',
    '12:30:01 info "quoted"\u001b[31m',
  ])('all else becomes one: %s', (line) => {
    expect(JSON.parse(asJson('portal', line))).toEqual({
      ...{ level: 30, program: 'portal', msg: line },
      time: expect.any(Number),
    })
    expect(asJson('portal', line)).not.toContain('\u001b')
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Checks of the Windows script without a PowerShell: it is parsed, not run. */

const text = readFileSync(new URL('latchkey-enroll.ps1', import.meta.url), 'utf8')
const shell = readFileSync(new URL('latchkey-enroll.sh', import.meta.url), 'utf8')
const { code, strings } = read(text)

/**
 * Gives the code without comments and with empty strings, plus the expressions that `$(…)` in strings runs.
 */
function read(source: string): { code: string; strings: readonly string[] } {
  let code = ''
  const strings: string[] = []
  let at = 0
  while (at < source.length) {
    const rest = source.slice(at)
    const found = /^(?:<#[\s\S]*?#>|#[^\n]*|'(?:[^']|'')*'|`[\s\S]|"(?:[^"`]|`[\s\S]|"")*")/.exec(
      rest,
    )
    const token = found?.[0] ?? rest.charAt(0)
    if (token.startsWith('"') || token.startsWith("'")) {
      strings.push(token)
      code += '""'
      if (token.startsWith('"'))
        code += expressionsIn(token)
          .map((inner) => ` (${inner})`)
          .join('')
    } else if (!token.startsWith('#') && !token.startsWith('<#')) {
      code += token
    }
    at += token.length
  }
  return { code, strings }
}

/** Gives the expression of each `$(…)` in a string. None of them has a string with a bracket. */
function expressionsIn(token: string): readonly string[] {
  return [...token.matchAll(/\$\(/g)].map(({ index }) => {
    let end = index + 2
    for (let depth = 1; depth > 0 && end < token.length; end += 1) {
      depth += { '(': 1, ')': -1 }[token.charAt(end)] ?? 0
    }
    return token.slice(index + 2, end - 1)
  })
}

test('every bracket is closed by its own kind', () => {
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' }
  const open: string[] = []
  for (const [index, sign] of [...read(text).code].entries()) {
    if ('([{'.includes(sign)) open.push(sign)
    else if (sign in pairs) expect(open.pop(), code.slice(index - 60, index + 1)).toBe(pairs[sign])
  }
  expect(open).toEqual([])
})

test('it is ASCII, since Windows PowerShell 5.1 takes other bytes for another code page', () => {
  expect([...text].filter((sign) => sign.charCodeAt(0) > 126)).toEqual([])
  expect(text).not.toContain('\t')
})

test('each function is defined once and called', () => {
  const defined = [...code.matchAll(/^function ([\w-]+)/gm)].map(([, name = '']) => name)
  expect(new Set(defined).size).toBe(defined.length)
  for (const name of defined) {
    const calls = code.match(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'g')) ?? []
    expect(calls.length, name).toBeGreaterThan(1)
  }
  expect(code.trimEnd().endsWith('Invoke-Main')).toBe(true)
})

test('each parameter is used', () => {
  const block = code.slice(code.indexOf('param('), code.indexOf('Set-StrictMode'))
  const names = [...block.matchAll(/\] \$(\w+)/g)].map(([, name = '']) => name)
  expect(names).toContain('TokenCommand')
  const rest = text.slice(text.indexOf('Set-StrictMode'))
  for (const name of names) expect(rest, name).toMatch(new RegExp(`\\$(script:)?${name}\\b`))
})

test('stops at the first error and reads nothing that is not there', () => {
  expect(code).toContain('Set-StrictMode -Version Latest')
  expect(text).toContain("$ErrorActionPreference = 'Stop'")
})

describe('nothing that came from elsewhere is run or trusted', () => {
  test.each([
    ['text as code', /Invoke-Expression|\biex\b|ScriptBlock\]::Create|EncodedCommand|Add-Type/i],
    ['a program named by a variable, but for the person’s own', /&\s+\$(?!TokenCommand)/i],
    ['any server', /SkipCertificateCheck|ServerCertificateValidationCallback|TrustAllCerts/i],
    ['old TLS', /Tls11|Tls\b(?!12)|Ssl3/],
    ['a file from the network', /DownloadFile|DownloadString|OutFile/i],
    ['secrets in the clear', /ConvertTo-SecureString|AsPlainText|Exportable\b/i],
  ])('not %s', (_, pattern) => {
    expect(code).not.toMatch(pattern)
  })

  test('an expression in a string only shows a value or makes an address', () => {
    const inside = strings.filter((token) => token.startsWith('"')).flatMap(expressionsIn)
    expect(inside.length).toBeGreaterThan(10)
    for (const inner of inside) {
      expect(inner).toMatch(
        /^(\$[\w.]+(\.(Replace|TrimEnd)\([^()]*\))?|Get-Token|\[Guid\]::NewGuid\(\)|if \(\$Tenant\) \{.*\}|\$list -join .*)$/,
      )
    }
  })

  test('the address that a task is made with holds neither quote nor blank', () => {
    const [, pattern = ''] = /\$Url -notmatch '((?:[^']|'')*)'/.exec(text) ?? []
    const address = new RegExp(pattern.replaceAll("''", "'"))
    for (const good of ['https://pki.contoso.com', 'http://localhost:8080', 'http://127.0.0.1/']) {
      expect(good).toMatch(address)
    }
    for (const bad of [
      'http://pki.contoso.com',
      'http://localhost.evil.example',
      'https://x" -Command calc',
      "https://x';calc",
      'ftp://x',
      '',
    ]) {
      expect(bad).not.toMatch(address)
    }
  })
})

describe('a key in the TPM', () => {
  const bodyOf = (name: string) =>
    text.split(`\nfunction ${name}`)[1]?.split(/\n\}\n/, 1)[0] ?? `no function ${name}`

  test('is made by the provider of the TPM; only a first one falls back, with a warning', () => {
    expect(text).toContain("$TpmProvider = 'Microsoft Platform Crypto Provider'")
    expect(bodyOf('New-StoredKey')).toContain('$parameters.Provider = New-Object')
    const [tried, fallback] = bodyOf('New-TpmKey').split('catch')
    expect(tried).toContain('New-StoredKey $TpmProvider')
    expect(fallback).toMatch(/Write-Warning[\s\S]+New-StoredKey \$SoftwareProvider/)
  })

  test('renews in the TPM or not at all', () => {
    expect(bodyOf('Update-Enrolment')).toContain(
      '$key = if (Test-InTpm $old) { New-StoredKey $TpmProvider } else { New-Key }',
    )
    expect(bodyOf('Test-InTpm')).toContain('$key.Key.Provider.Provider -eq $TpmProvider')
  })

  test('is refused where it would go into a file, or where Windows is not', () => {
    expect(bodyOf('Invoke-Main')).toMatch(/if \(\$Tpm -and -not \$OnWindows\) \{ throw '/)
    expect(bodyOf('Invoke-Main')).toMatch(/if \(\$Tpm -and \$PfxPath\) \{ throw '/)
  })
})

test('it asks the authority for the same addresses as the shell script', () => {
  const asked = (source: string) =>
    [...new Set(source.match(/\/(?:api|\.well-known)\/[\w/-]+/g) ?? [])].sort()
  expect(asked(text)).toEqual(asked(shell))
})

test('the lines that the portal fills in stand there once each', () => {
  for (const line of ["[string] $Url = '',", "[string] $Scope = '',", "[string] $Tenant = '',"]) {
    expect(text.split(line)).toHaveLength(2)
  }
  expect(shell.split("\nURL='' SCOPE='' TENANT='' LOGIN=")).toHaveLength(2)
})

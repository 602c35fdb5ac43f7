import { expect, it, vi } from 'vitest'

it('does not warn of a Node that is no long-term release, and keeps every other warning', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { release } = process
  Object.defineProperty(process, 'release', { value: { name: 'node' } })
  try {
    await import('./oidc-library.ts')
    expect(warn).not.toHaveBeenCalled()
    expect(console).toHaveProperty('warn', warn)
  } finally {
    Object.defineProperty(process, 'release', { value: release })
  }
})

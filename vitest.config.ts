import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{lib,authority,sandbox,cli,components,app,clients}/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})

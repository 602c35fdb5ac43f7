import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js'

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run types` checks them. The build would check the tests too, whose packages are missing after `npm
  // ci --omit=dev`.
  typescript: { ignoreBuildErrors: true },
  // No image is fetched or resized on the server: /_next/image could be used to make it fetch addresses.
  images: { unoptimized: true },
  // Arguments of server actions may contain a CSR; they are never logged.
  logging: { serverFunctions: false },
  // The download routes read these files, so a copy of the build needs them too.
  outputFileTracingIncludes: { '/scripts/*': ['./clients/latchkey-enroll.*'] },
  rewrites: async () => [{ source: '/.well-known/security.txt', destination: '/security.txt' }],
  experimental: {
    // A CSR is at most 16 KiB; people send nothing larger.
    serverActions: { bodySizeLimit: '64kb' },
    // Every body is cut off here, by default at ten megabytes. next-auth reads all of a form, for which Node 24 took
    // six seconds at one megabyte. More than the limit above, so that a longer body of an action is refused, not cut.
    proxyClientMaxBodySize: '65kb',
  },
}

/** Pages for development alone are no part of a build, neither as addresses nor in its chunks. */
const development = { pageExtensions: ['tsx', 'ts', 'dev.tsx'] }

/** @type {(phase: string) => import('next').NextConfig} */
export default (phase) =>
  phase === PHASE_DEVELOPMENT_SERVER ? { ...config, ...development } : config

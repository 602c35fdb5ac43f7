/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run types` checks them. The build would look at the tests too, whose packages are not there
  // after `npm ci --omit=dev`.
  typescript: { ignoreBuildErrors: true },
  // No picture is ever fetched or resized on the server: /_next/image would be a way to make it fetch.
  images: { unoptimized: true },
  // Arguments of server actions may hold a certification request; they never go to the log.
  logging: { serverFunctions: false },
  // Downloads read them; a copy of the build alone must have them too.
  outputFileTracingIncludes: { '/scripts/*': ['./clients/latchkey-enroll.*'] },
  experimental: {
    // A certification request is at most 16 KiB; nothing that people send is larger.
    serverActions: { bodySizeLimit: '64kb' },
  },
}

export default config

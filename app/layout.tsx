import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { BrowserFacts } from '#components/shell/browser-facts.tsx'
import { Toaster } from '#components/ui/toast.tsx'
import { currentReader } from '#lib/i18n/reader.ts'
import './globals.css'

// Latin only: other characters of a name come from the reader's system fonts.
const inter = localFont({
  src: '../node_modules/@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2',
  weight: '100 900',
  variable: '--font-inter',
  display: 'swap',
})
const jetbrains = localFont({
  src: '../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  weight: '100 800',
  variable: '--font-jetbrains',
  display: 'swap',
  preload: false,
})

export const metadata: Metadata = {
  title: { default: 'Latchkey', template: '%s · Latchkey' },
  description: 'Certificates for your own devices.',
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f6f6' },
    { media: '(prefers-color-scheme: dark)', color: '#0a1317' },
  ],
}

/** Reads cookies, so that no page is prerendered: each answer needs its own nonce. */
export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const { reader, words } = await currentReader()
  const theme = (await cookies()).get('latchkey-theme')?.value
  return (
    <html
      lang={reader.language}
      className={`${inter.variable} ${jetbrains.variable}`}
      data-theme={theme === 'light' || theme === 'dark' ? theme : undefined}
      // The theme switch changes data-theme before the server knows it.
      suppressHydrationWarning
    >
      <body>
        <a
          className="absolute -top-15 left-3 z-30 rounded-inside bg-ink px-3.5 py-2.5 text-bg focus:top-2.5"
          href="#main"
        >
          {words.common.skip}
        </a>
        {children}
        <Toaster />
        <BrowserFacts timeZone={reader.timeZone} />
      </body>
    </html>
  )
}

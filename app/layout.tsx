import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { BrowserFacts } from '#components/shell/browser-facts.tsx'
import type { WordsHere } from '#components/shell/help-here.tsx'
import { Note } from '#components/ui/note.tsx'
import { Toaster } from '#components/ui/toast.tsx'
import { portal } from '#lib/auth/portal.ts'
import { logoUrl } from '#lib/brand/brand.ts'
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

export async function generateMetadata(): Promise<Metadata> {
  const { words } = await currentReader()
  const { brand } = portal()
  return {
    title: { default: brand.name, template: `%s · ${brand.name}` },
    description: words.common.whatIsIt,
    robots: { index: false, follow: false },
    manifest: '/manifest.webmanifest',
    icons: { icon: logoUrl(brand) ?? '/icons/key.svg', apple: '/icons/key-180.png' },
  }
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
  const { help, style } = portal().brand
  const theme = (await cookies()).get('latchkey-theme')?.value
  return (
    <html
      lang={reader.language}
      className={`${inter.variable} ${jetbrains.variable}`}
      data-theme={theme === 'light' || theme === 'dark' ? theme : undefined}
      // The theme switch changes data-theme before the server knows it.
      suppressHydrationWarning
      // For what is drawn in the browser alone, such as the page for an error.
      data-words={JSON.stringify({ ...words.wrong, ...help } satisfies WordsHere)}
    >
      {style !== null && (
        <head>
          {/* Browsers hide a nonce from scripts, so it never looks as the server sent it. */}
          <style nonce={(await headers()).get('x-nonce') ?? undefined} suppressHydrationWarning>
            {style}
          </style>
        </head>
      )}
      <body>
        <a
          className="absolute -top-15 left-3 z-30 rounded-inside bg-ink px-3.5 py-2.5 text-bg focus:top-2.5"
          href="#main"
        >
          {words.common.skip}
        </a>
        {/* Else a page that arrives in parts would show that it is loading for ever. */}
        <noscript>
          <Note tone="hold" title={words.common.noScript}>
            {words.common.noScriptMore}
          </Note>
        </noscript>
        {children}
        <Toaster />
        <BrowserFacts timeZone={reader.timeZone} />
      </body>
    </html>
  )
}

import { NextRequest, NextResponse } from 'next/server'
import NextAuth from 'next-auth'
import { portal } from '#lib/auth/portal.ts'
import { signInOptions } from '#lib/auth/sign-in.ts'
import { tellNextAuth } from '#lib/config.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

/** The actions of next-auth for sign-in and sign-out, by method. All others are switched off. */
const ACTIONS = {
  GET: ['csrf', 'signin', 'callback', 'error'],
  POST: ['signin', 'signout'],
} as const

async function handle(method: keyof typeof ACTIONS, request: NextRequest, context: Context) {
  const [action, named] = (await context.params).nextauth
  // next-auth writes an error's name, of several the last, into an address as it stands; a line end in it would
  // begin a line of the log.
  const errors = [named ?? '', ...request.nextUrl.searchParams.getAll('error')]
  const isOdd = action === 'error' && !errors.every((error) => /^\w*$/.test(error))
  if (isOdd || !ACTIONS[method].some((name) => name === action)) {
    return new NextResponse(null, { status: 404 })
  }
  tellNextAuth(portal().config)
  return NextAuth(method === 'POST' ? withoutWishes(request) : request, context, signInOptions())
}

/**
 * next-auth passes every parameter of a sign-in on to Microsoft, where it overrides ours, such as the scope.
 * Only the one that our page uses is kept.
 */
function withoutWishes(request: NextRequest): NextRequest {
  const url = new URL(request.nextUrl)
  const choose = url.searchParams.get('prompt') === 'select_account'
  url.search = choose ? '?prompt=select_account' : ''
  return new NextRequest(url, request)
}

export function GET(request: NextRequest, context: Context) {
  return handle('GET', request, context)
}

export function POST(request: NextRequest, context: Context) {
  return handle('POST', request, context)
}

import { NextRequest, NextResponse } from 'next/server'
import NextAuth from 'next-auth'
import { portal } from '#lib/auth/portal.ts'
import { signInOptions } from '#lib/auth/sign-in.ts'
import { tellNextAuth } from '#lib/config.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

/** What sign-in and sign-out need, by method. All else that next-auth offers is switched off. */
const ACTIONS = {
  GET: ['csrf', 'signin', 'callback', 'error'],
  POST: ['signin', 'signout'],
} as const

async function handle(method: keyof typeof ACTIONS, request: NextRequest, context: Context) {
  const [action] = (await context.params).nextauth
  if (!ACTIONS[method].some((name) => name === action)) {
    return new NextResponse(null, { status: 404 })
  }
  tellNextAuth(portal().config)
  return NextAuth(method === 'POST' ? withoutWishes(request) : request, context, signInOptions())
}

/**
 * next-auth hands every parameter of a sign-in on to Microsoft, where it overrules ours, such as the
 * scope. The one wish that a page of ours has is kept.
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

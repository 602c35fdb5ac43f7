import { type NextRequest, NextResponse } from 'next/server'
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
  return NextAuth(request, context, signInOptions())
}

export function GET(request: NextRequest, context: Context) {
  return handle('GET', request, context)
}

export function POST(request: NextRequest, context: Context) {
  return handle('POST', request, context)
}

import { readSandboxConfig, SandboxConfigError } from './config.ts'
import { type Sandbox, startSandbox } from './server.ts'

/** `npm run sandbox`: runs the invented tenant alone, until it is told to stop. */
try {
  const sandbox = await startSandbox(readSandboxConfig())
  console.log(`sandbox ready at ${sandbox.url}`)
  stopOn(sandbox, 'SIGINT')
  stopOn(sandbox, 'SIGTERM')
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

function stopOn(sandbox: Sandbox, signal: NodeJS.Signals): void {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
}

function sentence(error: unknown): string {
  if (error instanceof SandboxConfigError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'The sandbox cannot start: its port is in use. Stop the other program or set SANDBOX_PORT.'
  }
  return `The sandbox cannot start: ${String(error)}`
}

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from '#cli/programs.ts'

/** Reads which variables each way to deploy gives to each program. */

export const parts = ['portal', 'issue', 'jobs', 'status'] as const

type Part = (typeof parts)[number]

export type Deployed = {
  readonly way: string
  readonly part: Part
  /** Names of variables, as `LATCHKEY_TENANT_ID`. */
  readonly names: readonly string[]
}

export const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

/** Every way with every part. */
export function programsOf(): readonly Deployed[] {
  const ways: Record<string, (part: Part) => readonly string[]> = {
    compose: inCompose,
    helm: inHelm,
    systemd: inSystemd,
    bicep: inBicep,
    terraform: inTerraform,
  }
  return Object.entries(ways).flatMap(([way, names]) =>
    parts.map((part) => ({ way, part, names: [...new Set(names(part))] })),
  )
}

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ environment: z.record(z.string(), z.unknown()).optional() }),
  ),
})

function inCompose(part: Part): readonly string[] {
  const { services } = composeSchema.parse(parse(read('deploy/compose.yaml'), { merge: true }))
  const service = services[part === 'issue' ? 'issue-a' : part]
  return Object.keys(service?.environment ?? {})
}

function inHelm(part: Part): readonly string[] {
  const helpers = read('deploy/helm/templates/_helpers.tpl')
  const template = read(`deploy/helm/templates/${part}.yaml`)
  const signing = template.includes('latchkey.signingSecrets')
    ? between(helpers, 'define "latchkey.signingSecrets"', 'define "')
    : ''
  const files = [
    ...template.matchAll(/"(LATCHKEY_[A-Z_]+)" "/g),
    ...signing.matchAll(/^(LATCHKEY_[A-Z_]+): /gm),
  ].map(([, name]) => `${name}_FILE`)
  const named = [...(helpers + template).matchAll(/name: (LATCHKEY_[A-Z_]+)/g)]
  return [...named.map(([, name = '']) => name), ...files]
}

function inSystemd(part: Part): readonly string[] {
  const text = ['latchkey.env.example', `latchkey-${part}.service`]
    .map((name) => read(`deploy/systemd/${name}`))
    .join('\n')
    .replaceAll(/^#.*$/gm, '')
  return [...text.matchAll(/\b((?:LATCHKEY|AUTHORITY)_[A-Z_]+)=/g)].map(([, name = '']) => name)
}

function inBicep(part: Part): readonly string[] {
  const programs = read('deploy/azure/programs.bicep')
  const own = between(programs, `\n    name: '${part}'\n`, '\n  }\n')
  const secrets = between(programs, `\n  ${part}: [`, ']').match(/'[\w-]+'/g) ?? []
  const variables = new Map(
    [...programs.matchAll(/^ {2}('[\w-]+'): '(LATCHKEY_[A-Z_]+)'$/gm)].map(
      ([, secret = '', variable = '']) => [secret, variable],
    ),
  )
  const shared = read('deploy/azure/main.bicep') + between(programs, 'var addresses', '\n])')
  const plain = [...(shared + own).matchAll(/name: '(LATCHKEY_[A-Z_]+)'/g)]
  return [
    ...plain.map(([, name = '']) => name),
    ...secrets.map((secret) => variables.get(secret) ?? `no variable for ${secret}`),
  ]
}

function inTerraform(part: Part): readonly string[] {
  const programs = read('deploy/terraform/programs.tf')
  const secrets = between(programs, '\n  secrets = {', '\n  }\n')
  const texts = [
    between(programs, '\n  addresses = {', '\n  }\n'),
    between(`${secrets}\n`, `\n    ${part}`, '}'),
    between(between(programs, '\n  programs = {', '\n  }\n'), `\n    ${part} = {`, '\n    }'),
  ]
  return texts.join().match(/LATCHKEY_[A-Z_]+/g) ?? []
}

/** The text behind `start` up to the next `end`. Throws when there is none. */
function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start)
  if (from < 0) throw new Error(`There is no ${start.trim()}.`)
  const begun = text.slice(from + start.length)
  const to = begun.indexOf(end)
  return to < 0 ? begun : begun.slice(0, to)
}

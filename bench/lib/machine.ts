import { cpus, loadavg, release, totalmem } from 'node:os'
import { versions } from 'node:process'

/** The machine of a run, as the first line of its results. */
export function machine(peers: Readonly<Record<string, string>>) {
  const [cpu] = cpus()
  return {
    machine: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    load: loadavg().map((value) => Number(value.toFixed(1))),
    at: new Date().toISOString(),
    versions: {
      node: versions.node,
      openssl: versions.openssl,
      sqlite: versions.sqlite,
      ...peers,
    },
  }
}

/** `node .ci/free-ports.js N` prints N ports of this machine on which nobody listens. */
import { once } from 'node:events'
import { createServer } from 'node:net'

const servers = Array.from({ length: Number(process.argv[2]) }, () => createServer().listen(0))
await Promise.all(servers.map((server) => once(server, 'listening')))
console.log(...servers.map((server) => server.address().port))
for (const server of servers) server.close()

import { createServer } from 'node:http'

/**
 * The least that node:http takes for an answer over HTTP: it reads the request to its end and sends always the
 * same octets and headers, as nginx sends a file. The port and the length of the answer are arguments.
 */

const [port = '', octets = ''] = process.argv.slice(2)
const body = Buffer.alloc(Number(octets), 0xa5).toString('latin1')
const head = ['content-type', 'application/ocsp-response', 'content-length', octets]

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const answer = () => response.writeHead(200, head).end(body, 'latin1')
  if (request.method === 'GET') answer()
  else request.on('data', () => undefined).on('end', answer)
}).listen(Number(port), '127.0.0.1')

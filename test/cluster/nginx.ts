import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The proxy in front of several portals and authorities: nginx, with what `deploy/` asks of one. */
export type ProxyPlan = {
  readonly folder: string
  readonly ports: { readonly portal: number; readonly authority: number; readonly tls: number }
  readonly portals: readonly number[]
  readonly authorities: readonly number[]
  /** PEM file with certificate and key for the https port. */
  readonly tlsPair: string
  /** What tells an authority that the proxy speaks. */
  readonly secret: string
}

/** Starts nginx; the caller waits until it answers. */
export function startNginx(plan: ProxyPlan): { readonly stop: () => Promise<void> } {
  mkdirSync(plan.folder, { recursive: true })
  writeFileSync(path.join(plan.folder, 'nginx.conf'), configurationOf(plan), { mode: 0o600 })
  const child: ChildProcess = spawn('nginx', [
    ...['-e', path.join(plan.folder, 'error.log'), '-p', plan.folder],
    ...['-c', path.join(plan.folder, 'nginx.conf')],
  ])
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  const exited = once(child, 'exit')
  return {
    stop: async () => {
      process.off('exit', killed)
      child.kill('SIGTERM')
      await exited
    },
  }
}

/**
 * A request that an authority did not answer, or answered by 503, goes to the next one, a request for a
 * certificate too: the same request gives the same certificate, so a second try cannot make two. None is left
 * out for a while (max_fails), since a fault of the database would make that all of them.
 */
function configurationOf({ folder, ports, portals, authorities, tlsPair, secret }: ProxyPlan) {
  const servers = (list: readonly number[]) =>
    list.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  return `
daemon off;
pid ${folder}/nginx.pid;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary}
  client_max_body_size 1m;
  # One reader stays with one portal, which remembers their list of devices for when the directory is silent.
  upstream portals { hash $remote_addr consistent; ${servers(portals)} keepalive 16; }
  upstream authorities { ${servers(authorities)} keepalive 32; }
  proxy_http_version 1.1;
  proxy_connect_timeout 1s;
  proxy_read_timeout 30s;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Latchkey-Proxy-Secret ${secret};
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
  proxy_next_upstream error timeout http_502 http_503 non_idempotent;
  proxy_next_upstream_tries 3;
  server {
    listen 127.0.0.1:${ports.portal};
    location / { proxy_pass http://portals; }
  }
  server {
    listen 127.0.0.1:${ports.authority};
    location / { proxy_pass http://authorities; }
  }
  server {
    listen 127.0.0.1:${ports.tls} ssl;
    ssl_certificate ${tlsPair};
    ssl_certificate_key ${tlsPair};
    ssl_verify_client optional_no_ca;
    location / { proxy_pass http://authorities; }
  }
}
`
}

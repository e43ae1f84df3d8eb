/** nginx in its roles: the application, a plain proxy, and a proxy whose Lua does what the gate does. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram } from '../../test/setup/debian-packages.ts';
import { secret } from '../load/events.ts';
import { getRequest } from '../load/requests.ts';
import type { Program, Programs, Started } from './programs.ts';

const modules = '/usr/lib/nginx/modules';
const luaModules = ['ndk_http_module.so', 'ngx_http_lua_module.so'].map((name) => join(modules, name));
const script = new URL('verify.lua', import.meta.url).pathname;

export const hasNginx = (): boolean => hasProgram('nginx');
/** Debian's libnginx-mod-http-lua. */
export const hasNginxWithLua = (): boolean => hasNginx() && luaModules.every(existsSync);

/** Reads the body, answers 200; cheaper than Node, so that it is not what limits a run. */
export function startNginxApplication(programs: Programs): Promise<Started> {
  return startNginx(programs, {
    place: 'around',
    lua: true,
    locations: `location / { content_by_lua_block {
      ngx.req.read_body() ngx.header.content_length = 2 ngx.print('ok')
    } }`,
  });
}

/** One worker, a kept pool of connections to the application, otherwise as Debian has it. */
export function startPlainNginx(programs: Programs, upstream: string): Promise<Started> {
  return startNginx(programs, { place: 'measured', locations: `location / { ${proxyTo}; }`, upstream });
}

/** The same, behind an allowlist, with checksums verified and repeats refused by verify.lua. */
export function startVerifyingNginx(programs: Programs, upstream: string): Promise<Started> {
  return startNginx(programs, {
    place: 'measured',
    lua: true,
    upstream,
    http: `lua_shared_dict delivered 64m;
      init_worker_by_lua_block { gate = require('verify').new('${secret.toString()}', ngx.shared.delivered) }`,
    locations: `location / {
      allow 127.0.0.1; deny all;
      access_by_lua_block { gate.access() }
      log_by_lua_block { gate.log() }
      ${proxyTo};
    }
    location = /ready { return 200; }`,
    readyPath: '/ready',
  });
}

const proxyTo = "proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection ''";

interface NginxRole {
  readonly place: Program['place'];
  readonly lua?: boolean;
  readonly locations: string;
  readonly http?: string;
  readonly upstream?: string;
  readonly readyPath?: string;
}

function startNginx(programs: Programs, role: NginxRole): Promise<Started> {
  return programs.start({
    place: role.place,
    ...(role.readyPath === undefined ? {} : { ready: { request: getRequest(role.readyPath) } }),
    words(port, folder) {
      const file = join(folder, 'nginx.conf');
      writeFileSync(file, configuration(role, port, folder));
      if (role.lua) copyFileSync(script, join(folder, 'verify.lua'));
      return ['nginx', '-p', folder, '-e', 'stderr', '-c', file];
    },
  });
}

function configuration(role: NginxRole, port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const upstream = `upstream application {
    server ${role.upstream?.replace('http://', '')}; keepalive 64; keepalive_requests 1000000000;
  }`;
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr error;
${role.lua ? luaModules.map((module) => `load_module ${module};`).join('\n') : ''}
events { worker_connections 1024; }
http {
  access_log ${role.place === 'measured' ? '/dev/null' : 'off'};
  sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 600s;
  # The body stays in memory, whichever size a run has.
  client_body_buffer_size 256k; client_max_body_size 256k;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  ${role.lua ? `lua_package_path '${folder}/?.lua;;';` : ''}
  ${role.http ?? ''}
  ${role.upstream === undefined ? '' : upstream}
  server { listen 127.0.0.1:${port} backlog=1024; ${role.locations} }
}
`;
}

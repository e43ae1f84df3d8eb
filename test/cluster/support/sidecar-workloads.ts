/** Workloads written without a thought of Hookgate, but for the label. */
import { image } from './image.ts';

/**
 * Hands events to the book in front of Service `payments`, and answers once they are in it. It ends at once when it is
 * told to, as many applications do.
 */
export const applicationScript = `
  const http = require('node:http'), { createHash } = require('node:crypto');
  const book = (body, response) => {
    const asked = http.request('http://payments/', { method: 'POST' }, (answer) => answer.resume().on('end', () => response.end('booked')));
    asked.on('error', () => { response.statusCode = 500; response.end(); });
    asked.end(body);
  };
  const server = http.createServer((request, response) => {
    if (request.method === 'GET') return response.end('application ' + request.url);
    if (request.url === '/upload') {
      let bytes = 0;
      request.on('data', (part) => { bytes += part.length; });
      request.on('end', () => response.end(String(bytes)));
      return;
    }
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => book(Buffer.concat(parts), response));
  });
  // An echo for short text frames (RFC 6455): unmasked, and sent back.
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
    socket.on('error', () => {});
    socket.on('data', (frame) => {
      const length = frame[1] & 0x7f, mask = frame.subarray(2, 6);
      const text = Buffer.from(frame.subarray(6, 6 + length)).map((byte, index) => byte ^ mask[index % 4]);
      socket.write(Buffer.concat([Buffer.from([frame[0], length]), text]));
    });
  });
  server.listen(Number(process.env.PORT ?? 3000));
  process.on('SIGTERM', () => process.exit(0));
`;

const bounds = { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } };
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** A container of Node with one script; the gate's image only because that one is on the nodes already. */
export function nodeContainer(name: string, script: string, more: object = {}) {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/nodejs/bin/node', '-e', script],
    resources: bounds,
    securityContext: restricted,
    ...more,
  };
}

export const httpGet = (port: string | number) => ({ httpGet: { path: '/', port }, periodSeconds: 1 });

/** The application's container; its port is called http, and its number is 3000. */
export function applicationContainer(more: object = {}) {
  return nodeContainer('app', applicationScript, {
    ports: [{ name: 'http', containerPort: 3000 }],
    readinessProbe: httpGet('http'),
    ...more,
  });
}

const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
};

export interface TemplateParts {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly containers?: readonly object[];
  readonly spec?: object;
}

/** What is below `spec.template` of a workload, or beside `metadata.name` in a pod: labelled. */
export function template(app: string, parts: TemplateParts = {}) {
  return {
    metadata: {
      labels: { app, 'hookgate.io/inject': 'true', ...parts.labels },
      ...(parts.annotations && { annotations: parts.annotations }),
    },
    spec: {
      automountServiceAccountToken: true,
      securityContext: podSecurity,
      containers: parts.containers ?? [applicationContainer()],
      ...parts.spec,
    },
  };
}

export function pod(
  namespace: string,
  name: { name: string } | { generateName: string },
  parts: TemplateParts = {},
) {
  const { metadata, spec } = template((Object.values(name)[0] ?? '').replace(/-$/, ''), parts);
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ...name, namespace }, spec };
}

export function deployment(namespace: string, name: string, replicas: number, parts: TemplateParts = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      // Nothing goes before something new is ready.
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: { app: name } },
      template: template(name, parts),
    },
  };
}

export function service(namespace: string, name: string, targetPort: string | number = 'http') {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort }] },
  };
}

/** A Service of that name for the pods of `app`. */
export function serviceOf(namespace: string, name: string, app: string, targetPort: string | number) {
  return {
    ...service(namespace, name),
    spec: { selector: { app }, ports: [{ port: 80, targetPort }] },
  };
}

// What `helm test` runs, inside the image, which has Node and Hookgate and nothing else.
//
// A private gate with the release's config and keys stands between a sender and an echo, all in this pod. A signed
// event must arrive once, its repeat not again, a tampered one never. To the live Service go only events that every
// gate refuses, so that the application never sees a test.
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // The certificate names the public host, not the ones used here.
process.removeAllListeners('warning').on('warning', () => {});

const release = JSON.parse(readFileSync('/test/release.json', 'utf8'));
const keys = readdirSync('/etc/hookgate/keys').filter((name) => !name.startsWith('.'));
if (keys.length === 0) {
  console.log(
    `FAIL Secret ${release.keysSecret} does not exist or is empty, so no checksum can be verified. ` +
      `kubectl create secret generic ${release.keysSecret} --namespace ${release.namespace} --from-literal=live=BUSINESS_ID`,
  );
  process.exit(1);
}
const scheme = release.tls ? 'https' : 'http';
const gateUrl = `${scheme}://127.0.0.1:18080`;
const configFile = '/etc/hookgate/config/hookgate.yaml';
let failures = 0;

checkUpstream();
const echo = await startEcho();
const gate = await startGate(echo.port);
for (const route of release.routes) {
  for (const key of keys) await checkRoute(route, key);
}
await checkLive(release.routes[0]);
gate.kill('SIGTERM');
echo.close();
console.log(failures === 0 ? 'All as promised.' : `${failures} not as promised.`);
process.exit(failures === 0 ? 0 : 1);

/** Only connects, so no event is in play. The store is left out: its file is the live gate's. */
function checkUpstream() {
  const command = ['/app/hookgate.js', 'check', '--json', '--config', configFile];
  const env = { ...process.env, HOOKGATE_DUPLICATES_STORE: 'memory' };
  const { stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  let upstream;
  try {
    upstream = JSON.parse(stdout).checks.find(({ name }) => name === 'upstream');
  } catch {
    upstream = { result: 'failed', detail: stderr };
  }
  report(upstream?.result === 'good', 'the application accepts connections', upstream?.detail);
  if (upstream?.result === 'good') return;
  console.log(
    '     Set upstream.url to its Service and port: http://SERVICE.NAMESPACE.svc:PORT. If a NetworkPolicy lets only the ' +
      'gate reach it, let pods with the label app.kubernetes.io/component: test reach it too.',
  );
}

async function checkRoute(route, keyName) {
  const where = `${route.path} with key ${keyName}`;
  const event = eventFor(route.events);
  const body = sign(keyName, event);
  await expectAnswer(`${where}: a signed event arrives`, route, body, 200, 1);
  await expectAnswer(`${where}: its repeat is answered and does not arrive`, route, body, 200, 0);
  if (release.checksumMode === 'enforce') {
    await expectAnswer(`${where}: a tampered event is refused`, route, tamper(sign(keyName, event)), 401, 0);
  } else {
    console.log(`not tried: ${where}: a tampered event (checksum.mode is observe, which forwards it)`);
  }
}

async function expectAnswer(what, route, body, status, arrivals) {
  const before = echo.count();
  const answer = await post(gateUrl + route.path, body);
  const arrived = echo.count() - before;
  const good = answer.status === status && arrived === arrivals;
  report(good, what, `answered ${answer.status ?? answer.error}, arrived ${arrived} times`);
}

/** Refused at whatever gate comes first: address, PROXY protocol, or form. Malformed, it is refused in observe mode too. */
async function checkLive(route) {
  const tampered = tamper(sign(keys[0], eventFor(route.events)));
  const body = release.checksumMode === 'enforce' ? tampered : tampered.slice(0, -1);
  const answer = await post(release.liveUrl + route.path, body);
  const refused = answer.status !== undefined && answer.status >= 400 && answer.status < 500 && answer.code !== undefined;
  // Without a PROXY protocol header this pod is no load balancer, and the connection is simply ended.
  const cut = release.clientAddressFrom === 'proxyProtocol' && answer.error !== undefined && answer.error !== 'ECONNREFUSED';
  report(refused || cut, `${release.liveUrl}: the live gate answers, and refuses a tampered event`, `answered ${answer.status ?? answer.error} ${answer.code ?? ''}`);
}

function report(good, what, found) {
  if (!good) failures += 1;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}${good ? '' : ` (${found})`}`);
}

function eventFor(patterns) {
  const [pattern] = patterns;
  return pattern === '*' ? 'hookgate.test' : pattern.replace(/\.\*$/, '.hookgate-test');
}

/** The documented encoding: keys in order, no whitespace; so every configured encoding is the same text. */
function sign(keyName, event) {
  const key = readFileSync(`/etc/hookgate/keys/${keyName}`, 'utf8').replace(/\r?\n$/, '');
  const data = JSON.stringify({ amount: 1000, reference: randomUUID() });
  const checksum = createHmac('sha256', key).update(`${event}|${data}`).digest('hex').toUpperCase();
  return `{"checksum":"${checksum}","data":${data},"event":${JSON.stringify(event)}}`;
}

function tamper(body) {
  return body.replace('"amount":1000', '"amount":9000');
}

async function post(url, body) {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    return { status: answer.status, code: answer.headers.get('content-type')?.includes('problem+json') ? JSON.parse(text).code : undefined };
  } catch (fault) {
    return { error: fault.cause?.code ?? fault.name };
  }
}

function startEcho() {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    request.resume().on('end', () => response.end('ok'));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ port: server.address().port, count: () => count, close: () => server.close() }),
    );
  });
}

/** The release's own config, but for where it listens, what stands behind it, and who may send: this pod alone. */
async function startGate(upstreamPort) {
  const environment = {
    HOOKGATE_LISTEN_HOST: '127.0.0.1',
    HOOKGATE_LISTEN_PORT: '18080',
    HOOKGATE_ADMIN_HOST: '127.0.0.1',
    HOOKGATE_ADMIN_PORT: '19090',
    HOOKGATE_UPSTREAM_URL: `http://127.0.0.1:${upstreamPort}`,
    HOOKGATE_UPSTREAM_CA_FILE: '',
    HOOKGATE_CLIENT_ADDRESS_FROM: 'peer',
    HOOKGATE_ALLOW: '127.0.0.1/32',
    HOOKGATE_DUPLICATES_STORE: 'memory',
    HOOKGATE_DRAIN_DELAY: '0s',
  };
  const gate = spawn(
    process.execPath,
    ['/app/hookgate.js', 'serve', '--config', configFile],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [gate.stdout, gate.stderr]) stream.on('data', (text) => (output += text));
  for (let tries = 0; tries < 150; tries += 1) {
    const ready = await fetch('http://127.0.0.1:19090/readyz').then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return gate;
    if (gate.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`FAIL the gate did not get ready with the release's config and keys:\n${output}`);
  process.exit(1);
}

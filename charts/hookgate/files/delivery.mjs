// What `helm test` runs, inside the image, which has Node and Hookgate and nothing else.
//
// A private gate with the release's config and keys stands between a sender and an echo, all in this pod. A signed
// event must arrive once, its repeat not again, a tampered one never. To the live Service go only events that every
// gate refuses, so that the application never sees a test.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // The certificate names the public host, not the ones used here.
process.removeAllListeners('warning').on('warning', () => {});

const release = JSON.parse(readFileSync('/test/release.json', 'utf8'));
const keysOf = Object.fromEntries(release.routes.map((route) => [route.name, keyNames(route)]));
const gateUrl = 'http://127.0.0.1:18080';
const configFile = '/etc/hookgate/config/hookgate.yaml';
let failures = 0;

checkUpstream();
const echo = await startEcho();
const gate = await startGate(echo.port);
for (const route of release.routes) {
  for (const key of keysOf[route.name]) await checkRoute(route, key);
}
for (const route of release.routes) await checkLive(route);
gate.kill('SIGTERM');
echo.close();
console.log(failures === 0 ? 'All as promised.' : `${failures} not as promised.`);
process.exit(failures === 0 ? 0 : 1);

function keyNames({ keysDirectory, keysSecret }) {
  let names = [];
  try {
    names = readdirSync(keysDirectory).filter((name) => !name.startsWith('.'));
  } catch {} // Said below.
  if (names.length > 0) return names;
  console.log(
    `FAIL Secret ${keysSecret} does not exist or is empty, so no checksum can be verified. ` +
      `kubectl create secret generic ${keysSecret} --namespace ${release.namespace} --from-literal=live=BUSINESS_ID`,
  );
  process.exit(1);
}

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

/** Signed as the route's own sender signs, by `hookgate send`. */
async function checkRoute(route, keyName) {
  const where = `${route.path} with key ${keyName}`;
  const keyFile = `${route.keysDirectory}/${keyName}`;
  if (route.algorithm === 'ed25519' || readFileSync(keyFile, 'utf8').startsWith('whpk_')) {
    console.log(`not tried: ${where}: the gate has the public half of this key only, with which nothing can be signed`);
    return;
  }
  const twice = await send(route, keyFile, ['--repeat', '2']);
  report(twice.statuses[0] === 200 && twice.arrived > 0, `${where}: a signed event arrives`, twice.found);
  report(twice.statuses[1] === 200 && twice.arrived === 1, `${where}: its repeat is answered and does not arrive`, twice.found);
  if (route.checksumMode !== 'enforce') {
    console.log(`not tried: ${where}: a tampered event (checksum.mode is observe, which forwards it)`);
    return;
  }
  // Where nothing of the body is signed, only the secret can be another one.
  const spoilt = await send(route, keyFile, ['--tamper', route.covers === 'nothing' ? 'checksum' : 'data']);
  report(spoilt.statuses[0] === 401 && spoilt.arrived === 0, `${where}: a tampered event is refused`, spoilt.found);
}

async function send(route, keyFile, args) {
  const before = echo.count();
  const data = JSON.stringify({ amount: 1000, reference: randomUUID() });
  const what = ['--config', configFile, '--route', route.name, '--key-file', keyFile, '--event', eventFor(route.events), '--data', data];
  const command = ['/app/hookgate.js', 'send', '--url', gateUrl + route.path, ...what, '--json', ...args];
  const sender = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(sender.stdout), text(sender.stderr)]);
  const answers = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const statuses = answers.flatMap(({ status }) => (typeof status === 'number' ? [status] : []));
  const arrived = echo.count() - before;
  return { statuses, arrived, found: `answered ${statuses.join(' and ') || 'nothing'}, arrived ${arrived} times ${stderr}`.trim() };
}

async function text(stream) {
  return (await stream.toArray()).join('');
}

/**
 * Refused at whatever gate comes first: address, PROXY protocol, or signature. Where signatures are only watched, it is
 * asked with a method that no event has.
 */
async function checkLive(route) {
  const body = JSON.stringify({ checksum: '0'.repeat(64), data: { amount: 9000 }, event: eventFor(route.events) });
  const answer = await ask(release.liveUrl + route.path, route.checksumMode === 'enforce' ? { method: 'POST', body } : { method: 'GET' });
  const refused = answer.status !== undefined && answer.status >= 400 && answer.status < 500 && answer.code !== undefined;
  // Without a PROXY protocol header this pod is no load balancer, and the connection is simply ended.
  const cut = release.clientAddressFrom === 'proxyProtocol' && answer.error !== undefined && answer.error !== 'ECONNREFUSED';
  report(refused || cut, `${release.liveUrl}${route.path}: the live gate answers, and refuses a tampered event`, `answered ${answer.status ?? answer.error} ${answer.code ?? ''}`);
}

function report(good, what, found) {
  if (!good) failures += 1;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}${good ? '' : ` (${found})`}`);
}

function eventFor(patterns) {
  const [pattern] = patterns;
  return pattern === '*' ? 'hookgate.test' : pattern.replace(/\.\*$/, '.hookgate-test');
}

async function ask(url, init) {
  try {
    const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(20_000) });
    const said = await answer.text();
    return { status: answer.status, code: answer.headers.get('content-type')?.includes('problem+json') ? JSON.parse(said).code : undefined };
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

/**
 * The release's own config, but for where it listens, what stands behind it, and who may send: this pod alone. Routes
 * with an application or a list of their own have neither in the config for this.
 */
async function startGate(upstreamPort) {
  const environment = {
    HOOKGATE_LISTEN_HOST: '127.0.0.1',
    HOOKGATE_LISTEN_PORT: '18080',
    HOOKGATE_LISTEN_TLS_CERT_FILE: '',
    HOOKGATE_LISTEN_TLS_KEY_FILE: '',
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
    ['/app/hookgate.js', 'serve', '--config', release.privateConfig],
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

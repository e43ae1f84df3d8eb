// What `helm test` runs, inside the image, which has Node and Hookgate and nothing else.
//
// `hookgate prove` sends to a private gate in front of an echo, all in this pod. To the live Service go only events that
// every gate refuses. So the application never sees a test.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // The certificate names the public host, not the ones used here.
process.removeAllListeners('warning').on('warning', () => {});

const release = JSON.parse(readFileSync('/test/release.json', 'utf8'));
const configFile = '/etc/hookgate/config/hookgate.yaml';
let failures = 0;

for (const route of release.routes) checkKeys(route);
checkUpstream();
prove();
for (const route of release.routes) await checkLive(route);
console.log(failures === 0 ? 'All as promised.' : `${failures} not as promised.`);
process.exit(failures === 0 ? 0 : 1);

function checkKeys({ keysDirectory, keysSecret }) {
  let names = [];
  try {
    names = readdirSync(keysDirectory).filter((name) => !name.startsWith('.'));
  } catch {} // Said below.
  if (names.length > 0) return;
  console.log(
    `FAIL  Secret ${keysSecret} does not exist or is empty, so no checksum can be verified. ` +
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
    '      Set upstream.url to its Service and port: http://SERVICE.NAMESPACE.svc:PORT. If a NetworkPolicy lets only the ' +
      'gate reach it, let pods with the label app.kubernetes.io/component: test reach it too.',
  );
}

function prove() {
  const command = ['/app/hookgate.js', 'prove', '--config', configFile];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => /^(ok|FAIL|not tried)/.test(line));
  const failed = lines.filter((line) => line.startsWith('FAIL')).length;
  failures += failed;
  if (lines.length > 0) console.log(lines.join('\n'));
  if (status !== 0 && failed === 0) report(false, "the gate starts with the release's config and keys", stderr);
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
  console.log(`${good ? 'ok    ' : 'FAIL  '}${what}${good ? '' : ` (${found})`}`);
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

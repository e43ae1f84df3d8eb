import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, nodeIn, until } from './support/cluster.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { podOf, statusOf, waitForReady } from './support/sidecar-pods.ts';
import { pod, service } from './support/sidecar-workloads.ts';

/** HOOKGATE_TEST_UPLOAD_MIB makes it larger. */
const uploadMiB = Number(process.env.HOOKGATE_TEST_UPLOAD_MIB ?? 1024);

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  await place.install();
  apply([pod(namespace, { name: 'guarded' }), service(namespace, 'guarded')]);
  waitForReady(namespace, 'app=guarded');
  await until('its Service leads to it', 30, () => ask(namespace, 'http://guarded/') === '200 application /');
});
afterAll(() => place?.remove());

test('a WebSocket talks with the application through the sidecar', () => {
  const script = `
    const socket = new WebSocket('ws://guarded/socket');
    const heard = [];
    socket.onopen = () => socket.send('one');
    socket.onmessage = ({ data }) => {
      heard.push(data);
      if (heard.length < 3) return socket.send('number ' + heard.length);
      process.stdout.write(heard.join(', '));
      process.exit(0);
    };
    socket.onerror = ({ message }) => { process.stdout.write('error ' + message); process.exit(1); };
  `;
  expect(nodeIn(namespace, 'sender', script).stdout).toBe('one, number 1, number 2');
});

test('an upload of a gibibyte arrives whole, and one of three needs no more memory in the sidecar', () => {
  const uploads = [upload(uploadMiB), upload(3 * uploadMiB)];
  const texts = uploads.map(
    ({ MiB, seconds, peak, looks }) =>
      `${MiB} MiB in ${seconds.toFixed(1)} s, at most ${peak} MiB in ${looks} looks`,
  );
  const before = uploads[0]?.before ?? Number.NaN;
  console.log(`memory of the sidecar: ${before} MiB before; ${texts.join('; ')}`);
  for (const { MiB, answer, peak, looks } of uploads) {
    expect(answer).toBe(`200 ${MiB * (1 << 20)}`);
    expect(looks).toBeGreaterThan(3);
    // Node lets used buffers gather before it looks for them, up to so much, however many more come.
    expect(peak - before).toBeLessThan(150);
  }
  expect(statusOf(podOf(namespace, 'app=guarded'), 'hookgate')?.restartCount).toBe(0);
});

function upload(MiB: number) {
  const { podIP } = podOf(namespace, 'app=guarded').status;
  const script = `
    import { once } from 'node:events';
    import { request } from 'node:http';
    import { Readable } from 'node:stream';
    const [url, metrics, count] = process.argv.slice(1);
    const MiB = Buffer.alloc(1 << 20, 'x');
    const resident = async () => {
      const text = await (await fetch(metrics)).text();
      return Math.round(Number(/^process_resident_memory_bytes (\\S+)$/m.exec(text)[1]) / MiB.length);
    };
    const before = await resident();
    const memory = [];
    const timer = setInterval(async () => memory.push(await resident()), 100);
    const begun = Date.now();
    const asked = request(url, { method: 'POST', headers: { 'content-length': count * MiB.length } });
    Readable.from((function* () { for (let sent = 0; sent < count; sent++) yield MiB; })()).pipe(asked);
    const [response] = await once(asked, 'response');
    const answer = response.statusCode + ' ' + (await response.toArray()).join('');
    clearInterval(timer);
    const seconds = (Date.now() - begun) / 1000;
    process.stdout.write(JSON.stringify({ MiB: Number(count), answer, seconds, before, peak: Math.max(...memory), looks: memory.length }));
  `;
  const url = 'http://guarded/upload';
  const ran = nodeIn(namespace, 'sender', script, [url, `http://${podIP}:29090/metrics`, String(MiB)]);
  return JSON.parse(ran.stdout) as {
    /** Sent. */
    MiB: number;
    answer: string;
    seconds: number;
    /** Memory of the sidecar in MiB. */
    before: number;
    peak: number;
    looks: number;
  };
}

test('an event on the webhook path is judged all the same', () => {
  const forged = `const { status } = await fetch('http://guarded/webhooks/juicyway', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"event":"a","data":{},"checksum":"0"}' }); process.stdout.write(String(status))`;
  expect(nodeIn(namespace, 'sender', forged).stdout).toBe('401');
  expect(place.arrivals()).toEqual({});
});

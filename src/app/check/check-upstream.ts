import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../config/config.ts';
import { reachesListener } from '../../config/host.ts';
import { readCa } from '../../config/tls-files.ts';
import { dialOnce, hostOf, portOf } from '../../forward/dial.ts';
import type { Check } from './check-line.ts';

/** Whether the application can be reached as `serve` would reach it, and what else reaches it. Never rejects. */
export async function checkUpstream(config: Config): Promise<Check[]> {
  const { upstream } = config;
  const targets = await targetsOf(upstream);
  const isHere = targets.some((target) => reachesListener(target, '::'));
  return [
    await checkReached(upstream),
    ...checkLoop(config, targets),
    ...(isHere ? await findBypasses(upstream) : []),
  ];
}

async function checkReached(upstream: Config['upstream']): Promise<Check> {
  const name = 'upstream';
  const ca = upstream.caFile === undefined ? undefined : readCa(upstream.caFile);
  const caPem = ca?.kind === 'ok' ? ca.ca.toString() : undefined;
  const failure = await dialOnce({ ...upstream, caPem });
  const through = upstream.addresses.length > 0 ? ` at ${upstream.addresses.join(' or ')}` : '';
  return failure === undefined
    ? { name, result: 'good', detail: `${upstream.url.href} accepts connections${through}` }
    : {
        name,
        result: 'failed',
        detail: `${upstream.url.href} cannot be reached${through}: ${failure.message}`,
      };
}

/** Whether the name leads to the gate's own port: every event would go in circles. An address in the URL is refused earlier. */
function checkLoop({ upstream, listen, admin }: Config, targets: readonly string[]): Check[] {
  const port = portOf(upstream.url);
  const own = [listen, admin].some(
    (place) => place.port === port && targets.some((target) => reachesListener(target, place.host)),
  );
  return own
    ? [
        {
          name: 'loop',
          result: 'failed',
          detail: `${upstream.url.href} leads to ${targets.join(' or ')} port ${port}, where the gate itself listens`,
        },
      ]
    : [];
}

/** An application on the gate's own machine that others can call without the gate. */
async function findBypasses({ url, caFile: _, ...upstream }: Config['upstream']): Promise<Check[]> {
  const port = portOf(url);
  const plain = new URL(`http://localhost:${port}`);
  const open = await Promise.all(
    outwardAddresses().map(async (address) => {
      const failure = await dialOnce({
        ...upstream,
        url: plain,
        addresses: [address],
        connectTimeoutMs: 500,
      });
      return failure === undefined ? [address] : [];
    }),
  );
  return open.flat().map((address) => ({
    name: 'bypass',
    result: 'warning',
    detail:
      `the application listens on ${address} port ${port}: whoever reaches that address goes past the gate; ` +
      'a NetworkPolicy that admits only the port of the gate closes it',
  }));
}

async function targetsOf({ url, addresses }: Config['upstream']): Promise<readonly string[]> {
  if (addresses.length > 0) return addresses;
  try {
    return (await lookup(hostOf(url), { all: true })).map(({ address }) => address);
  } catch {
    return []; // the check of the connection says that the name is unknown
  }
}

/** Of this machine, beyond loopback; link-local ones are of no use without their zone. */
function outwardAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}

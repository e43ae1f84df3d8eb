import type { Log } from '../../log/log.ts';
import { version } from '../../version.ts';
import type { Loaded } from '../load/load.ts';
import { openFilesCaution } from '../open-files.ts';

/** What a gate says once it takes traffic: what it works with, and what of that an operator may not have meant. */
export function sayWhatIsInForce(log: Log, loaded: Loaded, addresses: object): void {
  const { config } = loaded;
  sayCautions(log, loaded);
  const caution = openFilesCaution(config);
  if (caution !== undefined) log.warn(caution);
  log.info(
    {
      version,
      ...addresses,
      digest: loaded.digest,
      upstream: config.upstream.url.href,
      routes: routesInForce(loaded),
      store: config.duplicates.store,
    },
    'ready',
  );
}

/** What an operator may not have meant, at the start and after each reload: a list may be emptied by either. */
export function sayCautions(log: Log, loaded: Loaded): void {
  for (const warning of loaded.warnings) log.warn(warning);
  const several = loaded.routes.length > 1;
  for (const { route, admits } of loaded.routes) {
    const where = several ? ` (route ${route.name})` : '';
    if (route.allowlist.mode === 'enforce' && admits.size === 0) {
      log.error(
        `the allowlist is empty, so every delivery is refused: add the addresses of the sender${where}`,
      );
    }
    if (route.allowlist.mode !== 'enforce')
      log.warn(`allowlist.mode is ${route.allowlist.mode}: every address is let in${where}`);
    if (route.checksum.mode !== 'enforce')
      log.warn(`checksum.mode is observe: forged events reach the application${where}`);
  }
}

/** What a line of the log says of each route. */
export function routesInForce({ routes }: Loaded): object[] {
  return routes.map(({ route: { name, path, scheme }, keys, allowlistEntries }) => ({
    name,
    path,
    scheme: scheme.name,
    keys: keys.map((key) => key.name),
    allowlist: allowlistEntries,
  }));
}

import type { Log } from '../log/log.ts';
import { version } from '../version.ts';
import type { Loaded } from './load.ts';

/** What a gate says once it takes traffic: what it works with, and what of that an operator may not have meant. */
export function sayWhatIsInForce(log: Log, loaded: Loaded, addresses: object): void {
  const { config } = loaded;
  for (const warning of loaded.warnings) log.warn(warning);
  if (config.allowlist.mode === 'enforce' && loaded.allowlist.size === 0) {
    log.error('the allowlist is empty, so every delivery is refused: add the addresses of the sender');
  }
  if (config.allowlist.mode !== 'enforce')
    log.warn(`allowlist.mode is ${config.allowlist.mode}: every address is let in`);
  if (config.checksum.mode !== 'enforce')
    log.warn('checksum.mode is observe: forged events reach the application');
  log.info(
    {
      version,
      ...addresses,
      digest: loaded.digest,
      upstream: config.upstream.url.href,
      routes: config.routes.map(({ name, path }) => ({ name, path })),
      keys: loaded.keys.map(({ name }) => name),
      allowlist: loaded.allowlistEntries,
      store: config.duplicates.store,
    },
    'ready',
  );
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chosenScheme } from '../../src/cli/chosen-scheme.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('of --route, whatever the default of --scheme is', () => {
  const config = join(temporaryDirectory(), 'hookgate.yaml');
  const routes = [
    { name: 'juicyway', path: '/webhooks/juicyway' },
    { name: 'shop', path: '/webhooks/shop', scheme: 'stripe', keysDirectory: '/keys' },
  ];
  writeFileSync(config, JSON.stringify({ upstream: { url: 'http://127.0.0.1:3000' }, routes }));
  expect(chosenScheme({ config, route: 'shop', scheme: 'juicyway' }, {}).name).toBe('stripe');
  expect(chosenScheme({ config, scheme: 'stripe' }, {}).name).toBe('stripe');
  expect(() => chosenScheme({ config, route: 'shp', scheme: 'juicyway' }, {})).toThrow('juicyway, shop');
});

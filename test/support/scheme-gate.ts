import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventApplication, startEventApplication } from './event-application.ts';
import { postEvent } from './post-event.ts';
import { type GateForTest, runGate, type Sections } from './running-gate.ts';
import type { Sender } from './senders.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface RouteForTest {
  readonly name: string;
  /** Files of its keys directory. */
  readonly keys: Readonly<Record<string, string>>;
  /** Flow YAML: a profile's name or a map. */
  readonly scheme: string;
  readonly events?: string;
  /** Further keys of the route, as flow YAML: `repeatable: { a: 1s }`. */
  readonly more?: string;
}

export interface SchemeGate {
  readonly gate: GateForTest;
  readonly application: EventApplication;
  readonly keysOf: (route: string) => string;
  /** Posts to a route. */
  readonly post: (
    route: string,
    body: string | Buffer,
    headers?: Record<string, string>,
  ) => ReturnType<typeof postEvent>;
}

/** A gate with routes of several schemes, each with keys of its own, at `/hooks/NAME`. */
export async function runSchemeGate(
  routes: readonly RouteForTest[],
  sections: Sections = {},
): Promise<SchemeGate> {
  const directory = temporaryDirectory();
  const keysOf = (name: string): string => join(directory, `keys-${name}`);
  for (const { name, keys } of routes) {
    mkdirSync(keysOf(name));
    for (const [file, content] of Object.entries(keys)) writeFileSync(join(keysOf(name), file), content);
  }
  const application = await startEventApplication();
  const text = routes.map(
    ({ name, scheme, events = '["*"]', more }) =>
      `{ name: ${name}, path: /hooks/${name}, scheme: ${scheme}, keysDirectory: ${keysOf(name)}, events: ${events}` +
      `${more === undefined ? '' : `, ${more}`} }`,
  );
  const gate = await runGate(application.url, { routes: `[${text.join(', ')}]`, ...sections });
  return {
    gate,
    application,
    keysOf,
    post: (route, body, headers = {}) =>
      postEvent(`http://127.0.0.1:${gate.port}/hooks/${route}`, body, headers),
  };
}

/** The route of one sender of the table. */
export function routeOf(sender: Sender): RouteForTest {
  const own = Object.entries(sender.scheme ?? {}).map(([key, value]) => `, ${key}: ${value}`);
  return {
    name: sender.profile,
    keys: { primary: sender.key },
    scheme: `{ profile: ${sender.profile}${own.join('')} }`,
    events: sender.events,
  };
}

import type { Plugin } from 'esbuild';

/** In place of a library's own entry, which loads all there is: what the sources import of it, and no more. */
const entries: Record<string, string> = {
  // Without fetch, caches and mocks.
  undici: `
    const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
    Object.assign(Dispatcher.prototype, require('undici/lib/api/index.js'));
    exports.Agent = require('undici/lib/dispatcher/agent.js');
    exports.Pool = require('undici/lib/dispatcher/pool.js');`,
  // Without its cluster and its push gateway, which load Node's modules for processes and for compression.
  'prom-client': `
    exports.Registry = require('prom-client/lib/registry.js');
    exports.Counter = require('prom-client/lib/counter.js');
    exports.Gauge = require('prom-client/lib/gauge.js');
    exports.Histogram = require('prom-client/lib/histogram.js');
    exports.collectDefaultMetrics = require('prom-client/lib/defaultMetrics.js');`,
  // undici's other parser, 156 kB in two WebAssembly modules, is for who sets `useMilo`; the text would stay in memory.
  '../milo/simd.js': `throw new Error('this bundle is without Milo')`,
  '../milo/no-simd.js': `throw new Error('this bundle is without Milo')`,
  // undici's part for HTTP/2: Node's module is large, and needed only when an upstream speaks it.
  './client-h2.js': `
    let connect;
    module.exports = (client, socket) =>
      (connect ??= require('undici/lib/dispatcher/client-h2.js'))(client, socket);`,
};

/** A sidecar is paid for in every pod: the bundle leaves out what the gate never runs. */
export const slimLibraries: Plugin = {
  name: 'slim-libraries',
  setup(build) {
    const namespace = 'slim-library';
    const names = Object.keys(entries).map((name) => name.replaceAll('.', '\\.'));
    build.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path, resolveDir }) => ({
      path,
      namespace,
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /.*/, namespace }, ({ path, pluginData }) => ({
      contents: entries[path] ?? '',
      resolveDir: pluginData as string,
    }));
  },
};

import type { Plugin } from 'esbuild';

/** What a library gets in the bundle where it asks for one of these modules; its own files are taken as they are. */
const modules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'http-proxy': {
    // 1.18.1 copies with `util._extend`, whose first call prints DEP0060; its documented replacement is `Object.assign`.
    util: `module.exports = Object.create(require('node:util'), { _extend: { value: Object.assign } });`,
  },
  'prom-client': {
    // For its push gateway, which nobody calls: loading them takes memory in every pod.
    zlib: `exports.gzipSync = (...input) => require('node:zlib').gzipSync(...input);`,
    https: `exports.request = (...input) => require('node:https').request(...input);`,
    // Asked for the span under way, for exemplars: nobody sets one here, and its fifty files take their time at each start.
    '@opentelemetry/api': `exports.context = { active() {} }; exports.trace = { getSpan() {} };`,
  },
  pino: {
    // For its transports, which are threads; the log is written by the main thread.
    'thread-stream': `module.exports = class { constructor() { throw new Error('no transport is built in'); } };`,
  },
  'sonic-boom': {
    // Of Node's assert, which is large, it calls nothing else.
    assert: `module.exports = (value) => { if (!value) throw new Error('sonic-boom: an assertion has failed'); };`,
  },
};

export const modulesForLibraries: Plugin = {
  name: 'modules-for-libraries',
  setup(build) {
    const namespace = 'module-for-library';
    build.onResolve(
      { filter: /^(util|zlib|https|assert|thread-stream|@opentelemetry\/api)$/ },
      ({ path, importer }) => {
        const library = Object.keys(modules).find((name) => importer.includes(`/node_modules/${name}/`));
        const contents = modules[library ?? '']?.[path];
        if (contents === undefined) return undefined;
        return { path: `${library}/${path}`, namespace, pluginData: contents };
      },
    );
    build.onLoad({ filter: /.*/, namespace }, ({ pluginData }) => ({ contents: pluginData as string }));
  },
};

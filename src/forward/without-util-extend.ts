/**
 * http-proxy 1.18.1 takes `util._extend` when it is loaded, and calling that prints DEP0060. Its documented
 * replacement is put in its place beforehand, so that every other deprecation is still printed.
 */
import util from 'node:util';

Object.defineProperty(util, '_extend', { value: Object.assign });

/** The library, after what it needs; imported lazily, since only `inject` makes certificates. */
import 'reflect-metadata';

// Statically: a bundled CommonJS module that is imported dynamically has no names, only a default.
export * as x509 from '@peculiar/x509';

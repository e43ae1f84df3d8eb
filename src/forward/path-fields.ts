/**
 * Fields in which an application finds another path than the one that the gate has judged: Symfony, IIS and others serve
 * the path that stands there, and WSGI middleware cuts the beginning off that `X-Script-Name` tells.
 */
export const pathFields: readonly string[] = [
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-http-path-override',
  'x-script-name',
];

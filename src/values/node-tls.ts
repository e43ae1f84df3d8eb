/**
 * Node's `tls`, read by whoever first needs it: most gates speak plain HTTP on both sides, and it takes 3 MB in
 * every pod.
 */
export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

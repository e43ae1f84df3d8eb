/** `[::1]` of `::1`, as an IPv6 address stands in URLs and before a port; any other host as it is. */
function inBrackets(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** `::1` of `[::1]`, as sockets and resolvers want it; any other host as it is. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** `127.0.0.1:8080` or `[::1]:8080`. */
export function hostAndPort(host: string, port: number | string): string {
  return `${inBrackets(host)}:${port}`;
}

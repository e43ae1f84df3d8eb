import type { ContainerPort } from './pod.ts';

const longestPortName = 15;

/**
 * The name that the application's port gets when the sidecar takes its own: `http-app`, cut to the 15 characters that
 * a port name may have, and unlike the names of the other ports.
 */
export function renamedPort(name: string, ports: readonly ContainerPort[]): string {
  const taken = new Set(ports.map((port) => port.name));
  for (let attempt = 1; ; attempt++) {
    const suffix = attempt === 1 ? '-app' : `-app${attempt}`;
    // A cut that ends in a hyphen would make two in a row, which no port name may have.
    const candidate = name.slice(0, longestPortName - suffix.length).replace(/-+$/, '') + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}

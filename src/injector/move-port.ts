import { type Denial, deny } from './denials.ts';
import type { GuardedPort } from './guarded-port.ts';
import { asks, withHandlersAt } from './handlers.ts';
import type { OptIn } from './opt-in.ts';
import type { Container } from './pod.ts';

/**
 * Moves the application to another port by the variable that it reads, so that the sidecar can have the number that a
 * Service targets.
 *
 * An application that ignores the variable keeps the number, and takes it back whenever the sidecar restarts. So
 * readiness must ask the new port: the pod of such an application never becomes ready, and no Service sends it anything.
 */
export function moveApplication(
  { place, port }: GuardedPort,
  move: NonNullable<OptIn['move']>,
): Container | Denial {
  const { container } = place;
  const isMoved = ({ name }: { readonly name: string }) => name === move.variable;
  const env = container.env ?? [];
  if (env.some((one) => isMoved(one) && one.valueFrom !== undefined))
    return deny(
      'move_port_env',
      `the variable ${move.variable} of its container ${container.name} comes from elsewhere (valueFrom)`,
    );
  const value = String(move.to);
  // All of that name: of several the kubelet takes the last.
  const told = env.some(isMoved)
    ? env.map((one) => (isMoved(one) ? { ...one, value } : one))
    : [...env, { name: move.variable, value }];
  const moved = withHandlersAt({ ...container, env: told }, port, move.to);
  const { readinessProbe } = moved;
  if (readinessProbe === undefined) {
    const probe = {
      tcpSocket: { port: move.to },
      periodSeconds: 2,
      failureThreshold: 3,
      timeoutSeconds: 1,
      successThreshold: 1,
    };
    return { ...moved, readinessProbe: probe };
  }
  const { httpGet, tcpSocket } = readinessProbe;
  const there = { containerPort: move.to };
  if (![httpGet, tcpSocket].some((asked) => asked && asks(asked, there)))
    return deny(
      'move_port_unverified',
      `the readiness probe of its container ${container.name} does not ask port ${move.to}, so nothing would show whether the application has moved`,
    );
  return moved;
}

import { type Denial, deny } from './denials.ts';
import type { GuardedPort } from './guarded-port.ts';
import { withHandlersAt } from './handlers.ts';
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
  const variable = container.env?.find(({ name }) => name === move.variable);
  if (variable?.valueFrom !== undefined)
    return deny(
      'move_port_env',
      `the variable ${move.variable} of its container ${container.name} comes from elsewhere (valueFrom)`,
    );
  const value = String(move.to);
  const env =
    variable === undefined
      ? [...(container.env ?? []), { name: move.variable, value }]
      : (container.env ?? []).map((one) => (one === variable ? { ...one, value } : one));
  const old = port.name === undefined ? [port.containerPort] : [port.containerPort, port.name];
  const moved = withHandlersAt({ ...container, env }, old, move.to);
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
  if (readinessProbe.httpGet?.port !== move.to && readinessProbe.tcpSocket?.port !== move.to)
    return deny(
      'move_port_unverified',
      `the readiness probe of its container ${container.name} does not ask port ${move.to}, so nothing would show whether the application has moved`,
    );
  return moved;
}

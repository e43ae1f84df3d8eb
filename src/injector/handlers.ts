import type { Container, Handler } from './pod.ts';

/** Where a container may speak of its ports: probes and lifecycle handlers. */
export function handlersOf(container: Container): readonly Handler[] {
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
  const handlers = [startupProbe, readinessProbe, livenessProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.filter((handler) => handler !== undefined);
}

/**
 * Lets probes and lifecycle handlers name the port by `number`. The kubelet resolves a name within the same
 * container only, so a handler that still named a renamed port would fail for ever.
 */
export function withHandlersAt(
  container: Container,
  old: readonly (string | number)[],
  number: number,
): Container {
  const at = <Part extends { port: string | number }>(part: Part): Part =>
    old.includes(part.port) ? { ...part, port: number } : part;
  const moved = (handler: Handler): Handler => ({
    ...handler,
    ...(handler.httpGet && { httpGet: at(handler.httpGet) }),
    ...(handler.tcpSocket && { tcpSocket: at(handler.tcpSocket) }),
    ...(handler.grpc && { grpc: at(handler.grpc) }),
  });
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
  return {
    ...container,
    ...(startupProbe && { startupProbe: moved(startupProbe) }),
    ...(readinessProbe && { readinessProbe: moved(readinessProbe) }),
    ...(livenessProbe && { livenessProbe: moved(livenessProbe) }),
    ...(lifecycle && {
      lifecycle: {
        ...lifecycle,
        ...(lifecycle.postStart && { postStart: moved(lifecycle.postStart) }),
        ...(lifecycle.preStop && { preStop: moved(lifecycle.preStop) }),
      },
    }),
  };
}

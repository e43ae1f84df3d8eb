import type { Container, Handler, PortAsked } from './pod.ts';

/** A port by which handlers may ask: its number, and in its own container its name. */
export interface AskedPort {
  readonly name?: string | undefined;
  readonly containerPort: number;
}

/** Where a container may speak of its ports: probes and lifecycle handlers. */
export function handlersOf(container: Container): readonly Handler[] {
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
  const handlers = [startupProbe, readinessProbe, livenessProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.filter((handler) => handler !== undefined);
}

/** Whether a handler asks that port of the pod: one with a host asks whatever has that name, as the node sees it. */
export function asks({ port, host = '' }: PortAsked, { name, containerPort }: AskedPort): boolean {
  return host === '' && (port === containerPort || (name !== undefined && port === name));
}

/**
 * Lets probes and lifecycle handlers that ask the container's `port` ask `number`. The kubelet resolves a name within the
 * same container only, so a handler that still named a renamed port would fail for ever. One that asks another host
 * goes on asking the number that it asked.
 */
export function withHandlersAt(container: Container, port: AskedPort, number: number): Container {
  const at = <Part extends PortAsked>(part: Part): Part =>
    asks(part, port)
      ? { ...part, port: number }
      : port.name !== undefined && part.port === port.name
        ? { ...part, port: port.containerPort }
        : part;
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

import { runningTogether } from './guarded-port.ts';
import { isTcp, type Pod, type PodSpec, textAt } from './pod.ts';
import { adminPortName, sidecarName } from './sidecar-template.ts';

/** A Service, as far as it is read. */
export interface Service {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly publishNotReadyAddresses?: boolean;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly port: number;
      readonly protocol?: string;
      readonly targetPort?: string | number;
    }[];
  };
}

/** A port of a Service that leads to a guarded pod: to its gate, or past it. */
export interface Lead {
  readonly service: string;
  readonly port: number;
  /** Of the port in `spec.ports`. */
  readonly index: number;
  readonly targetPort: string | number;
  readonly isPast: boolean;
  /** Name of the port that the gate listens at. */
  readonly gatePort: string;
}

/** The ports of these Services that lead to the guarded port of a pod with a sidecar; none for a pod without one. */
export function leadsTo(services: readonly Service[], { metadata, spec }: Pod): readonly Lead[] {
  const guard = guardOf(spec);
  if (guard === undefined) return [];
  return services.flatMap(({ metadata: named, spec: wanted }) => {
    if (wanted?.type === 'ExternalName' || !selects(wanted?.selector, metadata.labels)) return [];
    return (wanted?.ports ?? []).flatMap(({ port, protocol = 'TCP', targetPort = port }, index) => {
      const number = protocol === 'TCP' ? resolve(spec, targetPort) : undefined;
      if (number !== guard.number && number !== guard.applicationNumber) return [];
      const isPast = number === guard.applicationNumber;
      return [{ service: named?.name ?? '', port, index, targetPort, isPast, gatePort: guard.name }];
    });
  });
}

/** What to say of a Service that leads past the gate, with the command that mends it. */
export function leadSentence(
  { service, port, index, targetPort, gatePort }: Lead,
  namespace: string,
): string {
  const patch = `[{"op":"replace","path":"/spec/ports/${index}/targetPort","value":"${gatePort}"}]`;
  return (
    `Service ${service} port ${port} leads past hookgate, since its targetPort ${targetPort} is the application's own port. ` +
    `Mend it: kubectl --namespace ${namespace} patch service ${service} --type=json --patch '${patch}'`
  );
}

/** For the annotation: `payments-direct:80,other:8080`; empty for none. */
export function shortly(leads: readonly Lead[]): string {
  return leads
    .filter(({ isPast }) => isPast)
    .map(({ service, port }) => `${service}:${port}`)
    .sort()
    .join(',');
}

/** A Service without selector has endpoints of its own and selects nothing. */
export function selects(selector: Readonly<Record<string, string>> | undefined, labels: unknown): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => textAt(labels, key) === value);
}

interface Guard {
  readonly name: string;
  readonly number: number;
  readonly applicationNumber: number;
}

function guardOf(spec: PodSpec): Guard | undefined {
  const sidecar = runningTogether(spec).find(({ container }) => container.name === sidecarName)?.container;
  const port = sidecar?.ports?.find((one) => isTcp(one) && one.name !== adminPortName);
  const url = sidecar?.env?.find(({ name }) => name === 'HOOKGATE_UPSTREAM_URL')?.value;
  const applicationNumber = Number(/:(\d{1,5})\/?$/.exec(url ?? '')?.[1]);
  if (port?.name === undefined || !(applicationNumber > 0)) return undefined;
  return { name: port.name, number: port.containerPort, applicationNumber };
}

/** As the endpoint controller does: a number is a number, and the first container port of a name and protocol has it. */
function resolve(spec: PodSpec, targetPort: string | number): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return runningTogether(spec)
    .flatMap(({ container }) => container.ports ?? [])
    .find((port) => port.name === targetPort && isTcp(port))?.containerPort;
}

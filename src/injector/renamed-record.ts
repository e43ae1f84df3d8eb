import { portsTogether } from './guarded-port.ts';
import { type ContainerPort, isTcp, type Pod, type PodSpec, textAt } from './pod.ts';
import { recordAnnotation } from './written-annotations.ts';

export interface RenamedRecord {
  readonly container: string;
  /** As the author wrote them. */
  readonly name?: string | undefined;
  readonly number: number;
  /** As they are now. */
  readonly nowName?: string | undefined;
  readonly nowNumber: number;
}

/** Such as `app http:3000=http-app:3000`; a port without a name is `:3000`. */
export function writeRecord({
  container,
  name = '',
  number,
  nowName = '',
  nowNumber,
}: RenamedRecord): string {
  return `${container} ${name}:${number}=${nowName}:${nowNumber}`;
}

/** Undefined: there is none. `unreadable`: it is not one that was written here. */
export function readRecord({ metadata }: Pod): RenamedRecord | 'unreadable' | undefined {
  const text = textAt(metadata.annotations, recordAnnotation);
  if (text === undefined) return undefined;
  const match =
    /^(?<container>[a-z0-9-]{1,63}) (?<name>[a-z0-9-]{0,15}):(?<number>\d{1,5})=(?<nowName>[a-z0-9-]{0,15}):(?<nowNumber>\d{1,5})$/.exec(
      text,
    );
  const { container = '', name, number, nowName, nowNumber } = match?.groups ?? {};
  if (match === null) return 'unreadable';
  return {
    container,
    name: name === '' ? undefined : name,
    number: Number(number),
    nowName: nowName === '' ? undefined : nowName,
    nowNumber: Number(nowNumber),
  };
}

/** The port that the record tells of; undefined where the pod has none like it. */
export function recordedPort(spec: PodSpec, record: RenamedRecord): ContainerPort | undefined {
  const owner = [...spec.containers, ...(spec.initContainers ?? [])].find(
    ({ name }) => name === record.container,
  );
  return portsTogether(spec).find(
    (port) =>
      isTcp(port) &&
      port.name === record.nowName &&
      port.containerPort === record.nowNumber &&
      owner?.ports?.includes(port) === true,
  );
}

import { sameAsDefaulted } from './defaulted.ts';
import { isSameImage, isSameVersion } from './image-name.ts';
import type { Container, PodSpec, Volume } from './pod.ts';
import type { FormerPlace } from './remove-sidecar.ts';

/**
 * Puts the sidecar into `containers`, or as a native one into `initContainers`: where it was before, else last. What
 * was there and says the same is kept as it is written, so that a second pass changes nothing.
 */
export function addSidecar(
  spec: PodSpec,
  sidecar: Container,
  volumes: readonly Volume[],
  former: readonly FormerPlace[],
): PodSpec {
  const list = sidecar.restartPolicy === 'Always' ? 'initContainers' : 'containers';
  const [before, ...further] = former.filter((place) => place.list === list);
  const others = spec[list] ?? [];
  // Two containers of one name: the pod is not one that injection made, so their places mean nothing.
  const index = before === undefined || further.length > 0 ? others.length : before.index;
  const container = before === undefined ? sidecar : keptOrReplaced(before.container, sidecar);
  return {
    ...spec,
    [list]: others.toSpliced(index, 0, container),
    volumes: withVolumes(spec.volumes ?? [], volumes),
  };
}

/** What is replaced for one difference keeps what others may change, since nobody asks them again; but the image of this version only. */
function keptOrReplaced(present: Container, sidecar: Container): Container {
  const wanted = asOthersMayHave(sidecar, present);
  if (sameAsDefaulted(present, wanted)) return present;
  const { image } = sidecar;
  return isSameVersion(wanted.image, image) || image === undefined ? wanted : { ...wanted, image };
}

/**
 * What others may change in a sidecar: where its image is fetched from and when (mirrors, AlwaysPullImages), what it may
 * use (a LimitRange's defaults, autoscalers), and how its probes reach it by HTTP (a mesh that ends mTLS lets them ask its own
 * agent). The API server asks each webhook a second time at most, so what is set back here would stay so.
 */
function asOthersMayHave(sidecar: Container, present: Container): Container {
  const { image, imagePullPolicy = sidecar.imagePullPolicy, resources = sidecar.resources } = present;
  return {
    ...sidecar,
    ...(isSameImage(image, sidecar.image) && image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(resources !== undefined && { resources }),
    ...Object.fromEntries(
      probes.flatMap((probe) =>
        sidecar[probe]?.httpGet && present[probe]?.httpGet ? [[probe, present[probe]]] : [],
      ),
    ),
  };
}

const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

function withVolumes(present: readonly Volume[], wanted: readonly Volume[]): Volume[] {
  const replaced = present.map((volume) => {
    const own = wanted.find(({ name }) => name === volume.name);
    return own === undefined || sameAsDefaulted(volume, own) ? volume : own;
  });
  return [...replaced, ...wanted.filter(({ name }) => !present.some((volume) => volume.name === name))];
}

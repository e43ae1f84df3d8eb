/** Annotations that the injector itself writes. */

/**
 * Where the first pass writes down which port it renamed or moved, for the second: another webhook may have added a
 * container whose port has the old name by then, and without this it would look like the owner.
 *
 * It is a memory and no proof. It is believed only where a container called hookgate is there as well and the pod has
 * exactly this port; all it can do then is to give the port its old name back, from where every pod starts.
 */
export const recordAnnotation = 'hookgate.io/guarded';

/** What a pod is told of the Services that led past its gate when it was created: their names and ports. */
export const bypassAnnotation = 'hookgate.io/bypassed-by';

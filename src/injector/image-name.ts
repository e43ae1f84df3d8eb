/**
 * Whether two references are of one image, wherever it is fetched from: `registry.example/tools/hookgate:1` and
 * `mirror.internal/cache/hookgate@sha256:…`. Registries of mirrors are written into pods by other webhooks, and so are
 * digests in place of tags; the last part of the name stays, perhaps behind the rest of it in another spelling
 * (`mirror.internal/registry.example_tools_hookgate:1`).
 */
export function isSameImage(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const name = lastPart(other);
  const last = lastPart(one);
  const before = last.charAt(last.length - name.length - 1);
  return last.endsWith(name) && (before === '' || /[-._]/.test(before));
}

/** Whether the tag or the digest is the same too. */
export function isSameVersion(one: string | undefined, other: string | undefined): boolean {
  return isSameImage(one, other) && versionOf(one ?? '') === versionOf(other ?? '');
}

/** `:TAG`, `@DIGEST`, or both. A colon before the last slash is a port's. */
function versionOf(reference: string): string {
  return /[:@][^/]*$/.exec(reference)?.[0] ?? '';
}

/** What stands behind the last slash, without tag and digest. */
function lastPart(reference: string): string {
  const [path = ''] = reference.split('@', 1);
  const [name = ''] = path.slice(path.lastIndexOf('/') + 1).split(':', 1);
  return name;
}

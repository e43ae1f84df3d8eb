import { type Api, unwantedAnswer } from './api.ts';

/** Of one answer: enough for few calls, and far from what the API server would rather not hold in one piece. */
const perPage = 200;

/** Every object of a list, page by page. Rejects with a sentence where one cannot be had. */
export async function listAll(
  api: Api,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly object[]> {
  const found: object[] = [];
  let next = '';
  do {
    const search = new URLSearchParams({ ...query, limit: String(perPage), ...(next && { continue: next }) });
    const answer = await api.call('GET', `${path}?${search}`);
    const { items, metadata } = (answer.body ?? {}) as {
      items?: unknown;
      metadata?: { continue?: string };
    };
    if (answer.status !== 200 || !Array.isArray(items)) throw new Error(`${path}: ${unwantedAnswer(answer)}`);
    found.push(...(items as object[]));
    next = metadata?.continue ?? '';
  } while (next !== '');
  return found;
}

/** The same, or nothing where the API server does not know the kind. */
export async function listKnown(api: Api, path: string): Promise<readonly object[]> {
  const { status } = await api.call('GET', `${path}?limit=1`);
  return status === 404 ? [] : listAll(api, path);
}

import type { Delivery } from '../delivery/delivery.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import { type HeaderLimits, judgeHeaders } from './headers.ts';

/**
 * Refuses what a proxy or an application could read as more than one request. Seen with http-proxy 1.18.1: a DELETE or
 * OPTIONS with Transfer-Encoding goes on with `content-length: 0` and its body behind that, which the application
 * reads as a second request, such as a forged POST to the webhook path.
 */
export function createPassedFramingCheck(
  limits: HeaderLimits,
): (delivery: Delivery) => Rejection | undefined {
  return ({ head }) => {
    const fields = judgeHeaders(head, limits);
    if (fields instanceof Rejection) return fields;
    if (methodsWithoutBody.has(head.method) && hasTransferEncoding(head.rawHeaders)) {
      return reject('malformed_request', `${head.method} with Transfer-Encoding`);
    }
    return undefined;
  };
}

const methodsWithoutBody: ReadonlySet<string> = new Set(['DELETE', 'OPTIONS', 'GET', 'HEAD', 'TRACE']);

function hasTransferEncoding(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'transfer-encoding') return true;
  }
  return false;
}

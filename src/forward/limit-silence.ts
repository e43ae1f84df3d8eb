import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { Silence } from './silence.ts';

/**
 * Ends a passed request on which nothing moves: where the client stops in the middle of its body, which would hold a
 * connection to the application for ever, or where both directions are silent. Returns a function to be called for every
 * piece of the answer. To be called as the body begins to flow, since it listens to the body's data itself.
 */
export function limitSilence(
  passed: { request: IncomingMessage; response: ServerResponse; hasBody: boolean },
  limits: { uploadIdleMs: number; streamIdleMs: number },
  refuse: (rejection: Rejection) => void,
): () => void {
  const { request, response } = passed;
  const end = (rejection: Rejection): void => {
    if (response.headersSent) response.destroy();
    else refuse(rejection);
  };
  const stream = new Silence(limits.streamIdleMs, () =>
    end(reject('upstream_timeout', `nothing went in either direction for ${limits.streamIdleMs} ms`)),
  );
  response.once('close', () => stream.end());
  if (passed.hasBody) {
    const upload = new Silence(limits.uploadIdleMs, () => {
      // Paused: it is the application that does not read, and the client may not send.
      if (request.isPaused()) upload.touch();
      else end(reject('body_timeout', `the client sent nothing for ${limits.uploadIdleMs} ms`));
    });
    request.on('data', () => {
      upload.touch();
      stream.touch();
    });
    for (const event of ['end', 'close'] as const) request.once(event, () => upload.end());
    response.once('close', () => upload.end());
  }
  return () => stream.touch();
}

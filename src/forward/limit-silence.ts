import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { Silence } from './silence.ts';

/**
 * Ends a passed request over which nothing goes: a client that stops in the middle of its body, which would hold a
 * connection of the application for ever, and anything that is silent in both directions. Returns what tells of bytes
 * of the answer. Called as the request begins to flow, since it listens to its data.
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

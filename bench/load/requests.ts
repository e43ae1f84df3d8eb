import { path } from './events.ts';

/** The whole request as bytes. */
export function postRequest(
  body: string,
  {
    to = path,
    connection = 'keep-alive',
    fields = '',
  }: {
    readonly to?: string;
    readonly connection?: string;
    /** Further lines of the head, each with its end. */
    readonly fields?: string;
  } = {},
): Buffer {
  return Buffer.from(
    `POST ${to} HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: sender/1.0\r\nAccept: */*\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `${fields}Connection: ${connection}\r\n\r\n${body}`,
  );
}

export function getRequest(to: string): Buffer {
  return Buffer.from(
    `GET ${to} HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: sender/1.0\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n`,
  );
}

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers a command with a reply in RESP, or with nothing at all. */
export type Script = (words: readonly string[]) => string | undefined;

export const silent: Script = () => undefined;

/** A server that takes connections and says what the script says; closed with the test. */
export async function startScriptedRedis(script: Script): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let words = takeCommand(); words !== undefined; words = takeCommand()) {
        const reply = script(words);
        if (reply !== undefined) socket.write(reply);
      }
    });
    function takeCommand(): string[] | undefined {
      const lines = pending.split('\r\n');
      const count = Number(lines[0]?.slice(1));
      if (lines.length < 1 + 2 * count + 1) return undefined;
      const words = Array.from({ length: count }, (_, n) => lines[2 + 2 * n] as string);
      pending = lines.slice(1 + 2 * count).join('\r\n');
      return words;
    }
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** CLUSTER SLOTS of a cluster whose slots all belong to one node. */
export function allSlotsOf(port: number): string {
  return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}\r\n`;
}

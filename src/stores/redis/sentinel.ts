import { type Address, nameOf } from './address.ts';
import { type Connection, ConnectionLost } from './connection.ts';

/**
 * Asks the sentinels one after the other who the master is, as
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/ demands; whoever is told must still ask that server
 * for its role, since a sentinel may be behind.
 *
 * @throws ConnectionLost where none of them knows.
 */
export async function askSentinels(
  sentinels: readonly Address[],
  master: string,
  open: (sentinel: Address) => Promise<Connection>,
): Promise<Address> {
  const troubles: string[] = [];
  for (const sentinel of sentinels) {
    const name = `sentinel ${nameOf(sentinel)}`;
    try {
      const connection = await open(sentinel);
      try {
        const reply = await connection.send(['SENTINEL', 'get-master-addr-by-name', master]);
        const [host, port] = Array.isArray(reply) ? reply.map(String) : [];
        if (host !== undefined && port !== undefined) return { host, port: Number(port) };
        troubles.push(`${name} knows no master "${master}"`);
      } finally {
        connection.destroy('asked');
      }
    } catch (error) {
      troubles.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new ConnectionLost(troubles.join('; '));
}

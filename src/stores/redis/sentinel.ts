import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { ConnectionLost, type RedisConnection } from './redis-connection.ts';
import { nameOf, type ServerAddress } from './server-address.ts';

/**
 * Asks the sentinels who the master is, all at once: one of them often died with the old master, and its silence must
 * not cost the others' answer its time. The first answer is taken, and since a sentinel may be behind, whoever is told
 * must still ask that server for its role (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
 *
 * @throws ConnectionLost where none of them knows.
 */
export async function askSentinels(
  sentinels: readonly ServerAddress[],
  master: string,
  open: (sentinel: ServerAddress) => Promise<RedisConnection>,
): Promise<ServerAddress> {
  try {
    return await Promise.any(sentinels.map((sentinel) => askOne(sentinel, master, open)));
  } catch (error) {
    const { errors } = error as AggregateError;
    throw new ConnectionLost(errors.map(({ message }) => message).join('; '), { cause: error });
  }
}

async function askOne(
  sentinel: ServerAddress,
  master: string,
  open: (sentinel: ServerAddress) => Promise<RedisConnection>,
): Promise<ServerAddress> {
  const name = `sentinel ${nameOf(sentinel)}`;
  try {
    const connection = await open(sentinel);
    try {
      const reply = await connection.ask(['SENTINEL', 'get-master-addr-by-name', master]);
      const [host, port] = Array.isArray(reply) ? reply.map(String) : [];
      if (host !== undefined && port !== undefined) return { host, port: Number(port) };
    } finally {
      connection.destroy('asked');
    }
  } catch (error) {
    throw new ConnectionLost(`${name}: ${whatWentWrong(error)}`, { cause: error });
  }
  throw new ConnectionLost(`${name} knows no master "${master}"`);
}

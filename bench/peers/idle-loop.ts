/** A loop with nothing to do: how long it is kept from its core by others. `node idle-loop.ts PORT STALLS_FILE`. */
import { createServer } from 'node:http';
import { writeStallsTo } from './write-stalls.ts';

const [port, file] = process.argv.slice(2);
writeStallsTo(file as string);
createServer((_request, response) => void response.end()).listen(Number(port), '127.0.0.1');

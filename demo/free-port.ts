import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Below what Linux gives to connections of its own and to listeners on port 0 (32768 and up), so that a port stays free
 * until its program listens. At most 19,999, since a member of a Redis cluster takes the port 10,000 above its own too.
 */
const lowest = 10_240;
const highest = 19_999;
const reservations = join(tmpdir(), 'hookgate-ports');
const mine = new Set<string>();

/** A port on loopback for a program that must be told one; no other process that asks here gets it until this one ends. */
export async function freePort(): Promise<number> {
  mkdirSync(reservations, { recursive: true });
  for (let attempts = 0; attempts < 1000; attempts++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (reserve(join(reservations, String(port))) && (await nobodyListens(port))) return port;
  }
  throw new Error(`no port from ${lowest} to ${highest} could be had`);
}

function reserve(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    if (mine.has(file) || isHeld(file)) return false;
    rmSync(file, { force: true });
    return false;
  }
  if (mine.size === 0) process.once('exit', giveBack);
  mine.add(file);
  return true;
}

/** False where the process that reserved it was killed. */
function isHeld(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function giveBack(): void {
  for (const file of mine) rmSync(file, { force: true });
}

function nobodyListens(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

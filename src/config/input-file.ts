import { constants, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { formatProblem, type Problem } from './problem.ts';
import { readBytes, unreadableFile } from './read-file.ts';

/** A Buffer of more could hardly be had. */
const mostBytes = 1024 ** 3;

/**
 * The bytes of a file that a command was given; a pipe will do, as from <(command). Throws a sentence that names the file,
 * what is there and what is expected.
 */
export async function readInputFile(file: string): Promise<Buffer> {
  if (isPipe(file)) return readPipe(file);
  const read = readBytes(file, mostBytes);
  if (read.kind === 'bytes') return read.bytes;
  throw sentenceOf(read.problem);
}

function sentenceOf(problem: Problem): Error {
  return new Error(formatProblem(problem));
}

function isPipe(file: string): boolean {
  try {
    return statSync(file).isFIFO();
  } catch {
    // Whoever reads it says why it cannot be read.
    return false;
  }
}

/**
 * Waits for who writes into it as a socket waits. A read that blocks would keep a signal from being heard, and Ctrl-C could
 * not end a command whose pipe nobody opens.
 */
async function readPipe(file: string): Promise<Buffer> {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw sentenceOf(unreadableFile(file, error));
  }
  return Buffer.concat(await new Socket({ fd: descriptor, readable: true, writable: false }).toArray());
}

/** The commands of a page of docs/, so that a test can run exactly what its reader types. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ensureHelm, type HelmMajor } from '../../setup/install-helm.ts';

export interface Block {
  /** The heading above it. */
  readonly section: string;
  /** What follows `sh` in its first line; empty for what is to be run. */
  readonly info: string;
  readonly text: string;
}

export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  for (const [, heading, info, text] of page.matchAll(/^##+ (.+)$|^```sh *(.*)\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) section = heading;
    else blocks.push({ section, info: info ?? '', text: text ?? '' });
  }
  return blocks;
}

/** Names that the page's block `sh yours` asks its reader to set. */
export function namesAskedFor(page: string): readonly string[] {
  const asked = blocksOf(page).find(({ info }) => info === 'yours')?.text ?? '';
  return [...asked.matchAll(/\b([A-Z_]+)=/g)].map(([, name]) => name as string);
}

const root = new URL('../../../', import.meta.url).pathname;

export interface Shell {
  /** Runs text to its end and gives what it printed; throws where a command fails. */
  run(text: string): string;
  /** Starts a command that goes on until it is stopped, at the latest when the test has finished. */
  start(command: string): ChildProcess;
}

/** A shell as a person has it, in the root of the clone, with the Helm of that version and these variables. */
export function createShell(values: Readonly<Record<string, string>>, major: HelmMajor = 4): Shell {
  const programs = mkdtempSync(join(tmpdir(), 'hookgate-shell-'));
  onTestFinished(() => rmSync(programs, { recursive: true }));
  symlinkSync(ensureHelm(major), join(programs, 'helm'));
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH}`, ...values };
  const run = (text: string): string => {
    const args = ['-euo', 'pipefail', '-c', text];
    const ran = spawnSync('bash', args, { cwd: root, encoding: 'utf8', env, timeout: 180_000 });
    if (ran.status !== 0) throw new Error(`${text}\nended with ${ran.status}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  const start = (command: string): ChildProcess => {
    const child = spawn('bash', ['-c', `exec ${command}`], { cwd: root, env });
    onTestFinished(() => void child.kill());
    return child;
  };
  return { run, start };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { onTestFinished, vi } from 'vitest';
import { addSendCommand } from '../../src/cli/send.ts';

export const businessId = '2b9f7c1e-5d0a-4a57-9f3c-0d3c8f1b6a11';

/** Runs `hookgate send` in this process, as main.ts does, with a key file made for it. */
export async function runSendCommand(url: string, ...options: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-send-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const keyFile = join(directory, 'business-id');
  writeFileSync(keyFile, `${businessId}\n`);

  let stdout = '';
  let stderr = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const program = new Command('hookgate').exitOverride();
  addSendCommand(program, { become() {} });
  for (const command of program.commands) {
    command.exitOverride().configureOutput({
      writeErr: (text) => {
        stderr += text;
      },
    });
  }
  try {
    const argv = ['send', '--url', url, '--key-file', keyFile, ...options];
    await program.parseAsync(argv, { from: 'user' });
    return { exitCode: process.exitCode, stdout, stderr };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2, stdout, stderr };
  } finally {
    process.exitCode = undefined;
    write.mockRestore();
  }
}

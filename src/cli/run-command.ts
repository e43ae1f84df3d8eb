import { whatWentWrong } from '../values/what-went-wrong.ts';
import { nodeProblem } from './oldest-node.ts';
import { plainServe } from './plain-serve.ts';
import { runServe } from './run-serve.ts';
import type { Signals } from './signals.ts';
import { endWhenNobodyReads } from './when-nobody-reads.ts';

/** Runs the command that the process was started with; resolves once it has ended, or `serve` and `inject` run. */
export async function runCommand(signals: Signals): Promise<void> {
  endWhenNobodyReads();
  try {
    const problem = nodeProblem(process.versions.node);
    if (problem !== undefined) throw new Error(problem);
    const options = plainServe(process.argv.slice(2));
    if (options === undefined) await (await import('./program.ts')).runProgram(signals);
    else await runServe(options, signals);
  } catch (error) {
    process.stderr.write(`hookgate: ${whatWentWrong(error)}\n`);
    process.exitCode = 1;
  }
}

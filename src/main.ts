#!/usr/bin/env node
/** Hears signals before anything else is loaded, and then argv → command → exit code. */
import { actsBeforeAnythingRuns, listenForSignals } from './cli/signals.ts';

const signals = listenForSignals(actsBeforeAnythingRuns(process.argv[2]));
void import('./cli/run-command.ts').then(({ runCommand }) => runCommand(signals));

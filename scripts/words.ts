/** What the scripts of package.json say of how they are called: `--help` ends with 0, a wrong word with 2. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The words behind the script's name, by Node's own rules. Ends the process where they ask for help or are wrong. */
export function readWords<const Config extends ParseArgsConfig>(usage: string, config: Config) {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(`usage: ${usage}`);
    process.exit(0);
  }
  try {
    return parseArgs<Config>(config);
  } catch (error) {
    return refuseWords(usage, error instanceof Error ? error.message : String(error));
  }
}

/** Says what is wrong with the words, and how it is called. */
export function refuseWords(usage: string, sentence: string): never {
  console.error(`${sentence}\nusage: ${usage}`);
  process.exit(2);
}

/** A whole number in the words; ends the process where it is none. */
export function wholeNumber(usage: string, name: string, text: string): number {
  return /^\d{1,12}$/.test(text)
    ? Number(text)
    : refuseWords(usage, `${name} is a whole number, not ${text}`);
}

import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** The command line of a command that knows one option, `--json`. @throws UsageError */
export function parseJsonOption(words: readonly string[]): { readonly isJson: boolean } {
  try {
    const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean' } } });
    return { isJson: values.json === true };
  } catch (error) {
    // What follows the first sentence is advice on how to write something else.
    const fault = (error as Error).message.split(/\.\s|\n/)[0]!;
    throw new UsageError(`${fault}: expected --json, or nothing`, { cause: error });
  }
}

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

let taskset: boolean | undefined;

/** Whether processes can be kept to a core here: there is `taskset`, and more than one core to choose from. */
export function canPin(): boolean {
  taskset ??= availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;
  return taskset;
}

/** The command kept to a core, where that can be done; the command itself otherwise, or without a core. */
export function pinnedTo(core: number | undefined, command: Command): Command {
  return core === undefined || !canPin() ? command : ['taskset', '-c', String(core), ...command];
}

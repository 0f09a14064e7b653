import { spawnSync } from 'node:child_process';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** What is measured has this core, and what puts load on it the other, so that neither takes the other's time. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

let possible: boolean | undefined;

/** Whether processes can be kept to a core here: there is `taskset`, and it may use both cores. */
export function canPin(): boolean {
  possible ??= [SERVER_CORE, LOAD_CORE].every(
    (core) => spawnSync('taskset', ['-c', String(core), 'true']).status === 0,
  );
  return possible;
}

/** The command kept to a core, where that can be done; the command itself otherwise, or without a core. */
export function pinnedTo(core: number | undefined, command: Command): Command {
  return core === undefined || !canPin() ? command : ['taskset', '-c', String(core), ...command];
}

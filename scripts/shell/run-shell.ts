import { spawn } from 'node:child_process';

/** sysexits.h: a service is unavailable. */
const EX_UNAVAILABLE = 69;

/** What stands in the environment of a program, or is kept from it (undefined). */
export type ShellVariables = Readonly<Record<string, string | undefined>>;

/**
 * Runs a program for whoever sits at the terminal, and ends as it does.
 *
 * @param more what its environment has besides ours: passwords stand in no command line, which others on the machine may read
 * @param hint what to do where the program is missing
 */
export function runShell(
  [command, ...parameters]: readonly string[],
  more: ShellVariables,
  hint: string,
): void {
  // Ctrl-C is for the program, which ends what it does and asks for more.
  process.on('SIGINT', () => undefined);
  const shell = spawn(command!, parameters, { stdio: 'inherit', env: { ...process.env, ...more } });
  shell.on('error', (error: NodeJS.ErrnoException) =>
    giveUp(error.code === 'ENOENT' ? `${command} is needed and not here: ${hint}` : error.message),
  );
  shell.on('exit', (code) => (process.exitCode = code ?? 1));
}

/** Says why there is nothing to open, and ends. */
export function giveUp(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(EX_UNAVAILABLE);
}

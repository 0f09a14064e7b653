import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const LEAST_JAVA = 17;
export const JAVA = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/**
 * Why a program of Java's cannot be started on this machine, or undefined when it can (a download can still fail).
 *
 * @param program its name, for people
 * @param isFetched whether it is here, and Maven is not needed
 */
export async function javaUnavailableReason(
  program: string,
  isFetched: boolean,
): Promise<string | undefined> {
  const java = await run(JAVA, ['-version']).catch(() => undefined);
  if (java === undefined) return `no java (${program} needs Java ${LEAST_JAVA} or newer)`;
  const version = /version "(\d+)/.exec(java.stderr)?.[1];
  if (Number(version) < LEAST_JAVA) {
    return `java is version ${version} (${program} needs ${LEAST_JAVA} or newer)`;
  }
  if (isFetched) return undefined;
  const maven = await run('mvn', ['--version']).catch(() => undefined);
  return maven === undefined ? `no mvn (needed once, to fetch ${program})` : undefined;
}

/** What was wrong when Maven failed: it says so on stdout, in its first line about it. */
export function firstMavenError(error: unknown): string {
  const { stdout, message } = error as Error & { stdout?: string };
  return stdout?.split('\n').find((line) => line.startsWith('[ERROR]')) ?? message;
}

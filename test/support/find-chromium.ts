import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findCommand, installOnCi } from './debian-packages.js';

const run = promisify(execFile);

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];
const VERSION_TIMEOUT_MS = 30_000;

/**
 * The Chromium that CHROMIUM_PATH names, or the first that the PATH has.
 *
 * @returns its path. @throws Error when there is none that starts
 */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROMIUM_PATH;
  let path = named || (await findCommand(...COMMANDS));
  if (path === undefined) {
    await installOnCi('chromium');
    path = await findCommand(...COMMANDS);
  }
  if (path === undefined) throw new Error(`none of ${COMMANDS.join(', ')} on the PATH, no CHROMIUM_PATH`);
  // Some systems have a script of that name that only says how to install the browser.
  await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS }).catch((error: unknown) => {
    throw new Error(`${path} --version fails`, { cause: error });
  });
  return path;
}

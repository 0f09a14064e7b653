import { execFile } from 'node:child_process';
import { access, constants, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian asks this script before it starts a service that it has installed; 101 forbids it. */
const POLICY_SCRIPT = '/usr/sbin/policy-rc.d';

/** The first of the commands that is there, as an absolute path. */
export async function findCommand(...names: string[]): Promise<string | undefined> {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const path of isAbsolute(name) ? [name] : directories.map((directory) => join(directory, name))) {
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * Installs a package on a CI machine that is a Debian and where we are root. Anywhere else it does nothing:
 * a developer's machine is not ours to change.
 */
export async function installOnCi(packageName: string): Promise<void> {
  if (process.env.CI !== 'true' || process.getuid?.() !== 0) return;
  const system = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(system)) return;
  process.stdout.write(`installing ${packageName}\n`);
  await withoutServiceStart(async () => {
    // A fresh container has no package lists, so the first attempt fails at once and only then pays the update.
    await aptGet('install', '-y', '--no-install-recommends', packageName).catch(async () => {
      await aptGet('update');
      await aptGet('install', '-y', '--no-install-recommends', packageName);
    });
  });
}

async function aptGet(...parameters: string[]): Promise<void> {
  await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function withoutServiceStart(install: () => Promise<void>): Promise<void> {
  const script = { mode: 0o755, flag: 'wx' };
  const ours = await writeFile(POLICY_SCRIPT, '#!/bin/sh\nexit 101\n', script).then(
    () => true,
    () => false, // The container's image has one already.
  );
  try {
    await install();
  } finally {
    if (ours) await rm(POLICY_SCRIPT);
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

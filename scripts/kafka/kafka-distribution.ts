import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { firstMavenError } from '../java.js';

const run = promisify(execFile);

const PROJECT_DIR = resolve(import.meta.dirname, '..', '..');
const POM = join(import.meta.dirname, 'pom.xml');
/** The version that pom.xml names. */
export const KAFKA_VERSION = '4.1.0';
const JARS_DIR = join(PROJECT_DIR, '.cache', `kafka-${KAFKA_VERSION}`);
/** Holds the digest of the pom.xml that the jars were fetched for, and is written after the last of them. */
const COMPLETE_MARKER = '.complete';

/** As `java -cp` takes it. */
export const KAFKA_CLASS_PATH = join(JARS_DIR, '*');

/** Kafka cannot be started here: Java or Maven is absent, the download failed, the broker ended. */
export class KafkaUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaUnavailableError';
  }
}

/** Whether the jars are here, all of them, and those that pom.xml asks for. */
export async function isKafkaFetched(): Promise<boolean> {
  const marker = await readFile(join(JARS_DIR, COMPLETE_MARKER), 'utf8').catch(() => undefined);
  return marker === (await pomDigest());
}

/**
 * Fetches the jars (54 MB) unless they are here. Two runs at once fetch side by side, and the later one
 * replaces the same jars by the same jars.
 *
 * @throws {KafkaUnavailableError} with Maven's first line about the cause
 */
export async function fetchKafka(log: (line: string) => void): Promise<void> {
  if (await isKafkaFetched()) return;
  log(`fetching Kafka ${KAFKA_VERSION} from Maven Central (54 MB, once)`);
  await mkdir(join(PROJECT_DIR, '.cache'), { recursive: true });
  const partial = await mkdtemp(`${JARS_DIR}.partial-`);
  try {
    await run('mvn', [
      ...['-q', '-B', '-f', POM, 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${partial}`],
    ]);
    await writeFile(join(partial, COMPLETE_MARKER), await pomDigest());
    await rm(JARS_DIR, { recursive: true, force: true });
    await rename(partial, JARS_DIR);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (await isKafkaFetched()) return;
    throw new KafkaUnavailableError(`Kafka could not be fetched: ${firstMavenError(error)}`, {
      cause: error,
    });
  }
}

async function pomDigest(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(POM))
    .digest('hex');
}

import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts, PortTakenError } from './free-ports.js';
import { isAlive } from './is-alive.js';
import { JAVA, javaUnavailableReason } from './java.js';
import { listenerAddress, type SecuredListener, serverProperties } from './kafka/broker-properties.js';
import {
  fetchKafka,
  isKafkaFetched,
  KAFKA_CLASS_PATH,
  KAFKA_VERSION,
  KafkaUnavailableError,
} from './kafka/kafka-distribution.js';
import { startLeashed, type LeashedProcess } from './leashed-process.js';

const run = promisify(execFile);

const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
/** A broker with data to keep closes its logs first; without that the next start has to recover them. */
const STOP_GRACE_MS = 30_000;

export interface KafkaBrokerOptions {
  /** Where the data is kept between starts. By default a temporary directory, removed on stop. */
  logDir?: string;
  /** Port on 127.0.0.1. By default a free one. */
  port?: number;
  /** Port on 127.0.0.1 that clients are sent to, such as a proxy's. By default `port`. */
  advertisedPort?: number;
  /** 512 by default. */
  heapMb?: number;
  /** What it listens on beside the plain listener, over which it is asked whether it is up. */
  secured?: readonly SecuredListener[];
  /** Settings of the whole broker, over those that it has here. */
  settings?: Readonly<Record<string, string>>;
  /** Accounts that are there from the start, as `--add-scram` takes them: `SCRAM-SHA-256=[name=waybill,password=…]`. */
  scramAccounts?: readonly string[];
  /** Options of its JVM, such as `-Dname=value`. */
  javaOptions?: readonly string[];
  /** Gets one line for each step that takes a while. */
  log: (line: string) => void;
}

export interface KafkaBroker extends LeashedProcess {
  /** As KAFKA_BROKERS takes it: `127.0.0.1:9092`. */
  readonly brokers: string;
  /** Where the secured listeners are, by their names: `[::1]:9093`. */
  readonly secured: Readonly<Record<string, string>>;
}

/** Why no broker can be started on this machine, or undefined when one can (a download can still fail). */
export async function kafkaUnavailableReason(): Promise<string | undefined> {
  return javaUnavailableReason(`Kafka ${KAFKA_VERSION}`, await isKafkaFetched());
}

/**
 * A real Apache Kafka in KRaft mode, one node, reachable on the loopback only. Resolves when it answers and
 * takes records. It ends with this process, also when this process is killed.
 *
 * @throws {KafkaUnavailableError}, {PortTakenError} for a port that was asked for
 */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const reason = await kafkaUnavailableReason();
  if (reason !== undefined) throw new KafkaUnavailableError(reason);
  await fetchKafka(options.log);

  const listeners = options.secured ?? [];
  const [plain, controller, ...secured] = await freePorts(options.port ?? 0, 0, ...listeners.map(() => 0));
  const ports = { plain, controller, secured, advertised: options.advertisedPort ?? plain };
  const kept = options.logDir === undefined ? undefined : resolve(options.logDir);
  const directory = kept ?? (await mkdtemp(join(tmpdir(), 'waybill-kafka-')));
  const lock = kept === undefined ? undefined : await lockDirectory(kept);
  // From the launch on the leash removes it, however this process ends.
  const removeNow = () => rmSync(lock ?? directory, { recursive: true, force: true });
  process.once('exit', removeNow);
  try {
    await writeFile(
      join(directory, 'server.properties'),
      serverProperties(ports, listeners, options.settings ?? {}),
    );
    await format(directory, options.scramAccounts ?? []);
    const addresses = listeners.map((one, i) => [one.name, listenerAddress(one, secured[i]!)]);
    const broker = await launch(directory, plain, options, lock);
    return { ...broker, secured: Object.fromEntries(addresses) as Record<string, string> };
  } catch (error) {
    removeNow();
    throw error;
  } finally {
    process.off('exit', removeNow);
  }
}

/**
 * Kafka's own lock comes too late for two starts at once: both would write the configuration and format. Ours
 * is a file with the id of the process, removed when the broker is gone.
 */
async function lockDirectory(directory: string): Promise<string> {
  const lock = join(directory, 'broker.pid');
  await mkdir(directory, { recursive: true });
  const holder = Number(await readFile(lock, 'utf8').catch(() => undefined));
  if (isAlive(holder)) throw new KafkaUnavailableError(`process ${holder} runs a broker on ${directory}`);
  await rm(lock, { force: true });
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    throw new KafkaUnavailableError(`another broker is starting on ${directory}`, { cause: error });
  }
  return lock;
}

function javaArguments(mainClass: string, heapMb: number): string[] {
  return [
    `-Xmx${heapMb}m`,
    '-XX:+UseSerialGC',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    KAFKA_CLASS_PATH,
    mainClass,
  ];
}

async function format(directory: string, scramAccounts: readonly string[]): Promise<void> {
  if (existsSync(join(directory, 'log', 'meta.properties'))) return;
  const clusterId = Buffer.from(crypto.randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  await run(
    JAVA,
    [
      ...['-XX:TieredStopAtLevel=1', ...javaArguments('kafka.tools.StorageTool', 256)],
      ...['format', `--cluster-id=${clusterId}`, '--config', 'server.properties', '--ignore-formatted'],
      ...scramAccounts.flatMap((account) => ['--add-scram', account]),
    ],
    { cwd: directory },
  );
}

async function launch(
  directory: string,
  port: number,
  options: KafkaBrokerOptions,
  lock: string | undefined,
): Promise<Omit<KafkaBroker, 'secured'>> {
  const broker = startLeashed(
    [
      ...[JAVA, ...(options.javaOptions ?? [])],
      ...[...javaArguments('kafka.Kafka', options.heapMb ?? 512), 'server.properties'],
    ],
    {
      cwd: directory,
      graceMs: lock === undefined ? 0 : STOP_GRACE_MS,
      removeAfter: lock ?? directory,
    },
  );

  const brokers = `127.0.0.1:${port}`;
  const ended = new AbortController();
  const died = broker.exited.then((code) => {
    ended.abort();
    throw new KafkaUnavailableError(`the broker ended with code ${code}: ${broker.lastOutput()}`);
  });
  try {
    await Promise.race([answers(brokers, ended.signal), died]);
  } catch (error) {
    ended.abort();
    await broker.stop();
    throw error;
  }
  died.catch(() => undefined);
  return { ...broker, brokers };
}

/**
 * A broker listens before it has joined its own cluster, and is named before it leads the partitions that it kept.
 * Only when their offsets can be asked for does it take records.
 */
async function answers(brokers: string, ended: AbortSignal): Promise<void> {
  const client = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!ended.aborted) {
    const admin = client.admin();
    try {
      await admin.connect();
      const cluster = await admin.describeCluster();
      if (cluster.brokers.length > 0) {
        for (const topic of await admin.listTopics()) await admin.fetchTopicOffsets(topic);
        return;
      }
    } catch {
      // Not listening yet, or not yet ready to say.
    } finally {
      await admin.disconnect();
    }
    if (Date.now() > deadline) {
      throw new KafkaUnavailableError(`the broker gave no answer within ${START_TIMEOUT_MS / 1000} s`);
    }
    await new Promise((wake) => setTimeout(wake, POLL_INTERVAL_MS));
  }
}

/** sysexits.h: a service is unavailable; an internal software error. */
const EX_UNAVAILABLE = 69;
const EX_SOFTWARE = 70;

/** KAFKA_PORT, as in docker-compose.yml. @throws {KafkaUnavailableError} */
function wantedPort(): number {
  const text = process.env.KAFKA_PORT || '9092';
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new KafkaUnavailableError(`KAFKA_PORT is ${JSON.stringify(text)}: expected 1 to 65535`);
}

async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const logDir = resolve(import.meta.dirname, '..', '.data', 'kafka');
  const broker = await startKafkaBroker({ port: wantedPort(), logDir, log: say });
  say(`KAFKA_BROKERS=${broker.brokers}`);
  say(`Kafka ${KAFKA_VERSION} is up, its data under .data/kafka. In another terminal:`);
  say(`  KAFKA_BROKERS=${broker.brokers} make run`);
  say('Ctrl-C stops it.');

  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping = true;
      void broker.stop();
    });
  }
  const code = await broker.exited;
  if (stopping) return;
  process.stderr.write(`kafka: the broker ended with code ${code}: ${broker.lastOutput()}\n`);
  process.exitCode = EX_SOFTWARE;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    const unavailable = error instanceof KafkaUnavailableError || error instanceof PortTakenError;
    process.stderr.write(`kafka: ${unavailable ? error.message : String(error)}\n`);
    process.exitCode = unavailable ? EX_UNAVAILABLE : EX_SOFTWARE;
  });
}

import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePorts, PortTakenError } from './free-ports.js';
import { JAVA, javaUnavailableReason } from './java.js';
import { type LeashedProcess, startLeashed } from './leashed-process.js';
import {
  fetchRegistry,
  isRegistryFetched,
  REGISTRY_JAR,
  REGISTRY_VERSION,
  RegistryUnavailableError,
} from './registry/registry-distribution.js';

const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 100;
/** Where it speaks the API of Confluent's registry. */
const API_PATH = '/apis/ccompat/v7';

export interface SchemaRegistryOptions {
  /** Port on 127.0.0.1. By default a free one. */
  port?: number;
  /** Gets one line for each step that takes a while. */
  log: (line: string) => void;
}

export interface RunningRegistry extends LeashedProcess {
  /** As CUSTOMERS_SCHEMA_REGISTRY_URL takes it: `http://127.0.0.1:8081/apis/ccompat/v7`. */
  readonly url: string;
}

/**
 * A real schema registry, Apicurio's, reachable on the loopback only, which forgets all schemas when it ends. Resolves when it
 * answers. It ends with this process, also when this process is killed.
 *
 * @throws {RegistryUnavailableError}, {PortTakenError} for a port that was asked for
 */
export async function startSchemaRegistry(options: SchemaRegistryOptions): Promise<RunningRegistry> {
  const reason = await javaUnavailableReason('the schema registry', isRegistryFetched());
  if (reason !== undefined) throw new RegistryUnavailableError(reason);
  await fetchRegistry(options.log);

  const [port] = await freePorts(options.port ?? 0);
  const registry = startLeashed([JAVA, ...javaArguments(port)], { cwd: tmpdir(), graceMs: 0 });
  const url = `http://127.0.0.1:${port}${API_PATH}`;
  const ended = new AbortController();
  const died = registry.exited.then((code) => {
    ended.abort();
    throw new RegistryUnavailableError(
      `the schema registry ended with code ${code}: ${registry.lastOutput()}`,
    );
  });
  try {
    await Promise.race([answers(url, ended.signal), died]);
  } catch (error) {
    ended.abort();
    await registry.stop();
    throw error;
  }
  died.catch(() => undefined);
  return { ...registry, url };
}

function javaArguments(port: number): string[] {
  return [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dquarkus.http.port=${port}`,
    '-Dquarkus.http.host=127.0.0.1',
    '-Dquarkus.http.access-log.enabled=false',
    '-jar',
    REGISTRY_JAR,
  ];
}

async function answers(url: string, ended: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!ended.aborted) {
    const response = await fetch(`${url}/subjects`, { signal: ended }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (Date.now() > deadline) {
      throw new RegistryUnavailableError(
        `the schema registry gave no answer within ${START_TIMEOUT_MS / 1000} s`,
      );
    }
    await new Promise((wake) => setTimeout(wake, POLL_INTERVAL_MS));
  }
}

/** sysexits.h: a service is unavailable; an internal software error. */
const EX_UNAVAILABLE = 69;
const EX_SOFTWARE = 70;

/** REGISTRY_PORT, or the port that Confluent's registry has. @throws {RegistryUnavailableError} */
function wantedPort(): number {
  const text = process.env.REGISTRY_PORT || '8081';
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new RegistryUnavailableError(`REGISTRY_PORT is ${JSON.stringify(text)}: expected 1 to 65535`);
}

async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const registry = await startSchemaRegistry({ port: wantedPort(), log: say });
  say(`CUSTOMERS_SCHEMA_REGISTRY_URL=${registry.url}`);
  say(`Apicurio Registry ${REGISTRY_VERSION} is up, and keeps its schemas in memory. Ctrl-C stops it.`);

  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping = true;
      void registry.stop();
    });
  }
  const code = await registry.exited;
  if (stopping) return;
  process.stderr.write(`registry: it ended with code ${code}: ${registry.lastOutput()}\n`);
  process.exitCode = EX_SOFTWARE;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    const unavailable = error instanceof RegistryUnavailableError || error instanceof PortTakenError;
    process.stderr.write(`registry: ${unavailable ? error.message : String(error)}\n`);
    process.exitCode = unavailable ? EX_UNAVAILABLE : EX_SOFTWARE;
  });
}

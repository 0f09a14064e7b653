import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { delimiter } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors.js';
import { findObstacle, type Obstacle, type ServerAccount } from './server-account.js';
import { messageOf } from './system-errors.js';

export interface ProgramOutcome {
  exitCode: number | null;
  /** stdout and stderr, as they came */
  output: string;
}

/** Only these of our variables reach the server: the rest may hold secrets, or PG… settings meant for clients. */
const PASSED_ON = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];

/** Runs initdb and postgres as the right user, with the libraries they need and nothing else of ours. */
export class ServerPrograms {
  private constructor(
    readonly binaries: PostgresBinaries,
    /** the user that owns the cluster and runs the server, or undefined for our own */
    readonly account: ServerAccount | undefined,
    /** a command that the program's own command line is appended to */
    private readonly prefix: readonly string[],
  ) {}

  /**
   * As root the programs run as `account`. Where that user cannot reach them or DATA_DIR, because they lie under
   * a directory such as /root, no mode is changed: the server keeps its unprivileged user and is given the one
   * capability to pass through directories.
   *
   * @throws EmbeddedPostgresUnavailableError when the programs do not start
   */
  static async prepare(
    binaries: PostgresBinaries,
    dataDir: string,
    account: ServerAccount | undefined,
  ): Promise<ServerPrograms> {
    const obstacle = account && (await findObstacle(account, binaries, dataDir));
    if (!account || !obstacle) return new ServerPrograms(binaries, account, []);

    const failures: string[] = [];
    for (const capability of capabilitiesAgainst(obstacle)) {
      const programs = new ServerPrograms(binaries, account, withCapability(account, capability));
      try {
        const { exitCode, output } = await programs.run('postgres', ['--version']);
        if (exitCode === 0) return programs;
        failures.push(output.trim());
      } catch (error) {
        failures.push(messageOf(error instanceof Error && error.cause ? error.cause : error));
      }
    }
    throw new EmbeddedPostgresUnavailableError(
      `PostgreSQL refuses to run as root, and the user it would run as (uid ${account.uid}) cannot reach ` +
        `${obstacle.path}. Helping it there with setpriv of util-linux failed too (${failures.join('; ')}). ` +
        `Run Waybill as an ordinary user, or put it and DATA_DIR where other users may enter.`,
    );
  }

  /** The major version of the programs, such as `18`. */
  async majorVersion(): Promise<string> {
    const { exitCode, output } = await this.run('postgres', ['--version']);
    const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
    if (exitCode !== 0 || major === undefined) {
      throw new EmbeddedPostgresUnavailableError(
        `${this.binaries.postgres} does not run on this system: ${output.trim()}.`,
      );
    }
    return major;
  }

  /** Runs a program to its end. `input` goes to its stdin. */
  run(program: 'initdb' | 'postgres', args: readonly string[], input?: string): Promise<ProgramOutcome> {
    const child = this.spawn(program, args, [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']);
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A program that ends before it has read its input is reported by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
    return new Promise((resolve, reject) => {
      child.once('error', (error) => reject(this.#cannotRun(program, error)));
      child.once('close', (exitCode) => {
        resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') });
      });
    });
  }

  /**
   * Starts the server in a session of its own: Ctrl-C in a terminal goes to a whole process group, and the server
   * must outlive us until our own shutdown has flushed what it holds.
   *
   * @param logFile file descriptor for stdout and stderr
   */
  async startServer(args: readonly string[], logFile: number): Promise<ChildProcess> {
    const child = this.spawn('postgres', args, ['ignore', logFile, logFile], true);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(this.#cannotRun('postgres', error)));
    });
    return child;
  }

  private spawn(
    program: 'initdb' | 'postgres',
    args: readonly string[],
    stdio: StdioOptions,
    detached = false,
  ) {
    const [file, ...rest] = [...this.prefix, this.binaries[program], ...args];
    return spawn(file ?? program, rest, {
      stdio,
      detached,
      windowsHide: true,
      env: this.#environment(),
      // Our own working directory may be one that the server's user cannot enter.
      ...(process.platform === 'win32' ? {} : { cwd: '/' }),
      ...(this.account && this.prefix.length === 0 ? { uid: this.account.uid, gid: this.account.gid } : {}),
    });
  }

  #environment(): NodeJS.ProcessEnv {
    // Messages are matched by their English text.
    const environment: NodeJS.ProcessEnv = { LC_ALL: 'C' };
    for (const name of PASSED_ON) if (process.env[name] !== undefined) environment[name] = process.env[name];
    const name = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
    const libraries = [...this.binaries.libraryDirectories, process.env[name]].filter(Boolean);
    if (libraries.length > 0) environment[name] = libraries.join(delimiter);
    return environment;
  }

  #cannotRun(program: 'initdb' | 'postgres', cause: Error): EmbeddedPostgresUnavailableError {
    const asWhom = this.account ? ` as uid ${this.account.uid}` : '';
    const reason = `${this.binaries[program]} cannot be started${asWhom} (${cause.message}).`;
    return new EmbeddedPostgresUnavailableError(reason, { cause });
  }
}

/** The weakest capability first; running a file that forbids it takes the stronger one. */
function capabilitiesAgainst(obstacle: Obstacle): string[] {
  return obstacle.kind === 'search' ? ['dac_read_search', 'dac_override'] : ['dac_override'];
}

/**
 * `no_setuid_fixup` makes access(2) regard the capability too. Without it access(2) judges by the modes alone for
 * a user that is not root, and PostgreSQL, which asks access(2), does not find its own programs.
 */
function withCapability(account: ServerAccount, capability: string): string[] {
  return [
    'setpriv',
    '--securebits=+no_setuid_fixup',
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=+${capability}`,
  ];
}

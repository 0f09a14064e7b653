import { setTimeout as pause } from 'node:timers/promises';
import { Postmaster, type PostmasterOptions } from './postmaster.js';
import { findRunningServer } from './postmaster-pid-file.js';
import { messageOf } from './system-errors.js';

const RESTART_MIN_MS = 200;
const RESTART_MAX_MS = 30_000;
/** A server that ran this long was well: the next pause is short again. */
const SOUND_RUN_MS = 60_000;

type Log = (message: string, fields?: Record<string, unknown>) => void;

/** Keeps a started server running, on the same port, until it is told to stop. */
export class SupervisedPostmaster {
  #pauseMs = RESTART_MIN_MS;
  #stopped: Promise<void> | undefined;
  /** the restart under way, if any */
  #restart: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  /** @param postmaster one that is ready */
  constructor(
    private postmaster: Postmaster,
    private readonly options: PostmasterOptions,
    private readonly log: Log,
  ) {
    this.#watch();
  }

  /** Stops the server for good. Resolves when it is gone; later calls return the same promise. */
  stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= (async () => {
      await this.postmaster.stop();
      await this.#restart;
      // A restart that was past its pause may have launched one more.
      await this.postmaster.stop();
    })();
    return this.#stopped;
  }

  #watch(): void {
    const startedAt = Date.now();
    void this.postmaster.exited.then(({ exitCode, signal }) => {
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - startedAt > SOUND_RUN_MS) this.#pauseMs = RESTART_MIN_MS;
      this.log('the embedded PostgreSQL ended unexpectedly and is started again', { exitCode, signal });
      this.#restart = this.#startAgain();
    });
  }

  async #startAgain(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await pause(this.#pauseMs, undefined, { ref: false, signal: this.#stopping.signal });
        this.#pauseMs = Math.min(this.#pauseMs * 2, RESTART_MAX_MS);
        const other = await findRunningServer(this.options.clusterDirectory);
        if (other) throw new Error(`process ${other.pid} serves the cluster now`);
        const postmaster = await Postmaster.launch(this.options);
        this.postmaster = postmaster;
        if (this.#stopping.signal.aborted) return;
        await postmaster.ready();
        this.log('the embedded PostgreSQL runs again', { pid: postmaster.pid });
        this.#watch();
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.log('the embedded PostgreSQL could not be started again', { reason: messageOf(error) });
      }
    }
  }
}

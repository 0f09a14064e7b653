import { copyFile, open, rename, stat, truncate, type FileHandle } from 'node:fs/promises';
import { hasCode } from './system-errors.js';

const MAX_BYTES = 10 * 1024 * 1024;
const ROTATION_CHECK_MS = 60_000;

/**
 * The file that the server's stdout and stderr go to. Once it is found to have over 10 MiB, when it is opened or once a minute, it
 * becomes `<path>.1`, replacing the one before.
 */
export class ServerLog {
  private rotation: NodeJS.Timeout | undefined;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** A server that was left behind, if there is one, goes on writing into what becomes `<path>.1` here. */
  static async open(path: string): Promise<ServerLog> {
    if ((await sizeOf(path)) > MAX_BYTES) await rename(path, `${path}.1`);
    const log = new ServerLog(path, await open(path, 'a+', 0o600));
    log.rotation = setInterval(() => void log.rotate().catch(() => undefined), ROTATION_CHECK_MS).unref();
    return log;
  }

  /** To hand to the server. */
  get fd(): number {
    return this.file.fd;
  }

  /** Where the log ends now, for `since`. In bytes. */
  async position(): Promise<number> {
    return (await this.file.stat()).size;
  }

  /** What was logged after that position, at most its last 4,000 bytes; nothing when the log was rotated since. */
  async since(position: number): Promise<string> {
    const end = await this.position();
    const start = Math.max(Math.min(position, end), end - 4_000);
    const { buffer, bytesRead } = await this.file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  }

  /**
   * A running server keeps its file open, so the content moves, not the file. It writes in append mode and goes on
   * at the new end; a line written between the copy and the truncation is lost.
   */
  async rotate(): Promise<void> {
    if ((await sizeOf(this.path)) <= MAX_BYTES) return;
    await copyFile(this.path, `${this.path}.1`);
    await truncate(this.path);
  }

  async close(): Promise<void> {
    clearInterval(this.rotation);
    await this.file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

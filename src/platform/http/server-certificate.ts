import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigurationError } from '../config/configuration.error.js';
import type { Environment } from '../config/environment.js';
import { type PairFiles, PemFileError, readPemFiles } from '../config/pem-files.js';
import { serverTlsFiles } from '../config/server-tls.js';
import type { Health, PartState } from '../health/health.js';
import { messageForLog } from '../logging/error-record.js';
import type { Logger } from '../logging/logger.js';

/** The files are looked at, which works in every file system, and whichever way they are replaced. */
const LOOK_EVERY_MS = 1_000;
/** Looks after which a pair that is of no use is complained about: its files are not replaced in the same moment. */
const PATIENT_LOOKS = 2;
const DAY_MS = 86_400_000;
/** A certificate has to be renewed by then, or within the last third of its time where that is shorter. */
const RENEWED_BEFORE_MS = 14 * DAY_MS;

/** For `https.createServer`, and for its `setSecureContext`. */
export interface ServerPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** The certificate that a server shows, renewed from its files while connections go on with the one that they began with. */
export class ServerCertificate {
  private pair: ServerPair;
  private certificate: X509Certificate;
  private seen = '';
  private failedLooks = 0;
  private complaint: string | undefined;
  private isLooking = false;
  private told: string | undefined;

  /** @returns undefined where the settings name no certificate. @throws ConfigurationError when it is of no use */
  static of(environment: Environment, log: Logger): ServerCertificate | undefined {
    const files = serverTlsFiles(environment);
    if (files === undefined) return undefined;
    try {
      return new ServerCertificate(files, log);
    } catch (error) {
      throw new ConfigurationError([(error as Error).message]);
    }
  }

  /** @throws PemFileError which names the setting and the file */
  constructor(
    private readonly files: PairFiles,
    private readonly log: Logger,
  ) {
    this.pair = readPair(files);
    this.certificate = new X509Certificate(this.pair.cert);
  }

  get options(): ServerPair {
    return this.pair;
  }

  /** Has the server show what the files hold, until it closes, and what is wrong with them be told. */
  serve(server: Server, health: Health): void {
    health.addRemark('certificate', () => this.state());
    this.tellState();
    const timer = setInterval(() => void this.look(server as HttpsServer), LOOK_EVERY_MS).unref();
    server.once('close', () => clearInterval(timer));
  }

  /** How it is with the certificate, for the operator. */
  state(now = Date.now()): PartState {
    const detail = this.complaint ?? this.ageComplaint(now);
    return detail === undefined ? { up: true } : { up: false, detail };
  }

  private async look(server: HttpsServer): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const seen = await this.fingerprint();
      if (seen !== this.seen || this.failedLooks > 0) this.renew(server, seen);
    } finally {
      this.isLooking = false;
      this.tellState();
    }
  }

  /** What tells a file from the one that stood there before, also behind a symbolic link. */
  private async fingerprint(): Promise<string> {
    const { cert, key } = this.files;
    const each = [cert, key].map(async ({ path }) => {
      try {
        const { ino, size, mtimeMs, ctimeMs } = await stat(path);
        return [ino, size, mtimeMs, ctimeMs].join();
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    });
    return (await Promise.all(each)).join(' ');
  }

  private renew(server: HttpsServer, seen: string): void {
    try {
      const pair = readPair(this.files);
      const isAnother = !pair.cert.equals(this.pair.cert) || !pair.key.equals(this.pair.key);
      if (isAnother) {
        server.setSecureContext({ ...pair });
        this.pair = pair;
        this.certificate = new X509Certificate(pair.cert);
        const { validTo } = this.certificate;
        this.log.info({ validTo }, 'the certificate of the server was renewed from its files');
      }
      this.failedLooks = 0;
      this.complaint = undefined;
    } catch (error) {
      this.failedLooks++;
      if (this.failedLooks >= PATIENT_LOOKS) {
        this.complaint = `${messageForLog(error)}; clients are shown the certificate of before until then`;
      }
    }
    this.seen = seen;
  }

  private ageComplaint(now: number): string | undefined {
    const { validFrom, validTo } = this.certificate;
    const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
    const { setting, path } = this.files.cert;
    const what = `the certificate that ${setting} names (${path})`;
    const at = (ms: number): string => new Date(ms).toISOString();
    if (now > toMs) return `${what} has expired at ${at(toMs)}: replace the file, and that of its key`;
    if (now < fromMs) return `${what} is not valid before ${at(fromMs)}: check it, and the clock`;
    if (toMs - now > Math.min(RENEWED_BEFORE_MS, (toMs - fromMs) / 3)) return undefined;
    return `${what} expires at ${at(toMs)}: replace the file, and that of its key, before`;
  }

  private tellState(): void {
    const { detail } = this.state();
    if (detail === this.told) return;
    this.told = detail;
    if (detail === undefined) this.log.info('the certificate of the server is in order again');
    else this.log.warn({ reason: detail }, 'the certificate of the server needs attention');
  }
}

/** @throws PemFileError also for what OpenSSL refuses, such as keys that are too short */
export function readPair(files: PairFiles): ServerPair {
  const { cert, key } = readPemFiles(files);
  const pair: ServerPair = { cert: cert!, key: key!, minVersion: 'TLSv1.2' };
  try {
    createSecureContext({ ...pair });
  } catch (error) {
    const { setting, path } = files.cert;
    const { message } = error as Error;
    throw new PemFileError(
      `${setting} names ${path}, which cannot be used (${message}): expected a certificate, with those between it and its CA behind it`,
    );
  }
  return pair;
}

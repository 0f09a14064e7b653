import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from '../findings.js';
import { isSentLater, placeOfValue, type SentReading, type SentReadings } from './sent-readings.js';

const BETWEEN_READS_MS = 10;
const TIMEOUT_MS = 10_000;

export interface LatestReadersOptions {
  readonly url: string;
  /** Of these no reading is ever forgotten. */
  readonly sensorIds: readonly string[];
  readonly sent: SentReadings;
  /** Whether the reading of a place in the topic is in the table. @throws while PostgreSQL is away */
  readonly isStored: (place: number) => Promise<boolean>;
  readonly findings: Findings;
}

/**
 * Callers that ask for the latest readings all the time: none may be told an older one than was told before, not even by
 * a process before this one, since what is told is stored.
 */
export class LatestReaders {
  reads = 0;
  private readonly latest = new Map<string, SentReading>();
  /** Places that PostgreSQL could not be asked about yet. */
  private readonly unchecked = new Set<number>();
  private open = true;
  private readonly reading: Promise<void>[];

  constructor(private readonly options: LatestReadersOptions) {
    this.reading = options.sensorIds.map((sensorId) => this.readAll(sensorId));
  }

  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.reading);
    for (const place of this.unchecked) await this.mustBeStored(place);
  }

  private async readAll(sensorId: string): Promise<void> {
    while (this.open) {
      // The program is killed now and then.
      const answer = await this.ask(sensorId).catch(() => undefined);
      if (answer !== undefined) await this.judge(sensorId, answer);
      await pause(BETWEEN_READS_MS);
    }
  }

  private async ask(sensorId: string): Promise<{ status: number; text: string; timestamp: string | null }> {
    const answer = await fetch(`${this.options.url}/recent/${encodeURIComponent(sensorId)}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const timestamp = answer.headers.get('x-reading-timestamp');
    return { status: answer.status, text: await answer.text(), timestamp };
  }

  /** One caller a sensor, so each answer was asked for after the one before had come. */
  private async judge(
    sensorId: string,
    { status, text, timestamp }: { status: number; text: string; timestamp: string | null },
  ): Promise<void> {
    const { sent, findings } = this.options;
    const before = this.latest.get(sensorId);
    this.reads += 1;
    if (status === 200) {
      const reading = sent.all[placeOfValue(Number(text))];
      if (reading === undefined || typeof reading === 'string' || reading.sensor_id !== sensorId) {
        findings.add('unexpected answer', `${sensorId}: ${text} was never sent`);
        return;
      }
      if (timestamp !== String(reading.timestamp)) {
        findings.add('unexpected answer', `${sensorId}: ${text} of ${timestamp}, not ${reading.timestamp}`);
      }
      if (before?.place === reading.place) return;
      if (before !== undefined && !isSentLater(reading, before)) {
        findings.add('older than read before', `${sensorId}: place ${reading.place} after ${before.place}`);
      }
      this.latest.set(sensorId, reading);
      await this.mustBeStored(reading.place);
    } else if (status === 404) {
      if (before !== undefined) {
        findings.add('older than read before', `${sensorId}: absent after place ${before.place}`);
      }
    } else if (status !== 503) {
      findings.add('unexpected answer', `${status} to GET /recent/${sensorId}: ${text.slice(0, 200)}`);
    }
  }

  private async mustBeStored(place: number): Promise<void> {
    try {
      if (!(await this.options.isStored(place))) {
        this.options.findings.add('newer than stored', `place ${place}`);
      }
    } catch {
      // Nothing is stored either while PostgreSQL is away.
      this.unchecked.add(place);
    }
  }
}

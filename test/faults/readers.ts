import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from './findings.js';
import type { Replica } from './replica.js';

const BETWEEN_READS_MS = 10;
const READERS_A_REPLICA = 2;

/** Callers that look orders up all the time: none may be told an older version than the same replica told before. */
export class Readers {
  reads = 0;
  private readonly latest = new Map<string, number>();
  private open = false;
  private reading: Promise<void>[] = [];

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly someOrder: () => string | undefined,
    private readonly findings: Findings,
    private readonly readersAReplica = READERS_A_REPLICA,
  ) {}

  start(): void {
    this.open = true;
    this.reading = this.replicas.flatMap((replica) =>
      Array.from({ length: this.readersAReplica }, () => this.readFrom(replica)),
    );
  }

  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.reading);
  }

  private async readFrom(replica: Replica): Promise<void> {
    while (this.open) {
      const orderUid = replica.takesRequests ? this.someOrder() : undefined;
      if (orderUid !== undefined) await this.read(replica, orderUid).catch(() => undefined);
      await pause(BETWEEN_READS_MS);
    }
  }

  private async read(replica: Replica, orderUid: string): Promise<void> {
    const place = `${replica.name} ${orderUid}`;
    // What another reader was told while this request was under way is no measure for its answer.
    const before = this.latest.get(place) ?? 0;
    const answer = await fetch(`${replica.url}/api/orders/${orderUid}`);
    const text = await answer.text();
    this.reads += 1;
    if (answer.status === 200) {
      const version = Number(/^"v(\d+)-/.exec(answer.headers.get('etag') ?? '')?.[1]);
      if (!(version >= before)) {
        this.findings.add('older than read before', `${place}: version ${version} after ${before}`);
      }
      this.latest.set(place, Math.max(version, this.latest.get(place) ?? 0));
      const { track_number: revision } = JSON.parse(text) as { track_number: string };
      if (Number.isNaN(version) || !/^REV\d+$/.test(revision)) {
        this.findings.add('unexpected answer', `${place}: ${revision} with version ${version}`);
      }
    } else if (answer.status === 404) {
      if (before > 0) this.findings.add('older than read before', `${place}: absent after version ${before}`);
    } else if (answer.status !== 503) {
      this.findings.add('unexpected answer', `${answer.status} to GET ${orderUid}: ${text.slice(0, 200)}`);
    }
  }
}

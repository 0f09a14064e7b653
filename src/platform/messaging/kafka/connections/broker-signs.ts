import type { ConnectionFaultError, FaultKind } from '../../../connections/connection-fault.js';
import { RepeatedLines } from './repeated-lines.js';

/** Where one broker of several cannot be reached, the others are heard of within this. */
const UNHEARD_MS = 1_500;

/** What was seen of the brokers: faults of connections, and what shows that Kafka can be used. */
export class BrokerSigns {
  private last: ConnectionFaultError | undefined;
  private lastAtMs = 0;
  private heardAtMs = -Infinity;
  private readonly faults = new Map<string, { readonly kind: FaultKind; readonly atMs: number }>();
  private readonly lines = new RepeatedLines();

  /** What every connection fails with at the moment; undefined while Kafka answers. */
  fault(): ConnectionFaultError | undefined {
    const isHeard = performance.now() - this.heardAtMs < UNHEARD_MS;
    return this.lastAtMs > this.heardAtMs && !isHeard ? this.last : undefined;
  }

  /** Whether the text says nothing but what the last fault does. */
  isOfLast(text: string): boolean {
    return this.last !== undefined && text.includes(this.last.message);
  }

  /** @returns whether that is worth a line */
  failed(broker: string, fault: ConnectionFaultError): boolean {
    this.last = fault;
    this.lastAtMs = performance.now();
    this.faults.set(broker, { kind: fault.kind, atMs: this.lastAtMs });
    return this.lines.isWorthTelling(broker, fault.message);
  }

  /**
   * The broker has answered once, on a connection that may be asked nothing more for a while. One that wants a login does so, too,
   * and closes it then.
   */
  answeredOnce(broker: string): void {
    if (this.faults.get(broker)?.kind !== 'wrong account') this.heardAtMs = performance.now();
  }

  /**
   * A connection was of use.
   *
   * @param sinceMs when it came about: one that stood before a fault says nothing of those that are made since
   * @returns whether it is worth a line that a fault of the broker is over
   */
  worked(broker: string, sinceMs: number): boolean {
    this.heardAtMs = performance.now();
    if (sinceMs < (this.faults.get(broker)?.atMs ?? -Infinity)) return false;
    this.faults.delete(broker);
    return this.lines.forget(broker);
  }
}

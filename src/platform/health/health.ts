import { messageForLog } from '../logging/error-record.js';
import { Injectable } from '@nestjs/common';

/** How one part of the program is. */
export interface PartState {
  readonly up: boolean;
  /** Why not, for the operator. */
  readonly detail?: string;
}

export interface HealthReport {
  readonly status: 'up' | 'down';
  readonly parts: Readonly<Record<string, PartState>>;
}

type Check = () => Promise<PartState> | PartState;

const CHECK_TIMEOUT_MS = 1_000;

/** Collects what the parts say of themselves. The program is ready when it has started and all its parts are up. */
@Injectable()
export class Health {
  private readonly reported = new Map<string, PartState>();
  private readonly checks = new Map<string, Check>();
  private readonly remarks = new Map<string, () => PartState>();
  private readonly optional = new Set<string>();
  private readonly deaths = new Map<string, string>();
  private readonly vitals = new Map<string, () => string | undefined>();

  constructor() {
    this.report('start', { up: false, detail: 'starting' });
  }

  /** A part tells of its own change. */
  report(part: string, state: PartState): void {
    this.reported.set(part, state);
  }

  /**
   * A part that has to be asked. One that throws, or does not answer within a second, is down.
   *
   * @param isOptional when the program is ready without it: the rest of its work is done, or all of it, only slower
   * @throws Error when there is a check of that name already
   */
  addCheck(part: string, check: Check, { isOptional = false } = {}): void {
    if (this.checks.has(part)) throw new Error(`health has two parts of the name ${part}: expected one`);
    this.checks.set(part, check);
    if (isOptional) this.optional.add(part);
  }

  /** Something that an operator has to see to, and that has no bearing on whether the program is ready or live. */
  addRemark(part: string, remark: () => PartState): void {
    this.remarks.set(part, remark);
  }

  /** A part has ended and will not come back by itself: only a new process helps. */
  reportDeath(part: string, detail: string): void {
    this.deaths.set(part, detail);
    this.report(part, { up: false, detail });
  }

  /** A part that may be beyond help, and may yet recover: `complaint` says at once why it is, if it is. */
  addVital(part: string, complaint: () => string | undefined): void {
    this.vitals.set(part, complaint);
  }

  /** Whether the process is worth keeping. Does not ask the database, nor anything else that is elsewhere. */
  live(): HealthReport {
    const parts: Record<string, PartState> = {};
    for (const [part, detail] of this.deaths) parts[part] = { up: false, detail };
    for (const [part, complaint] of this.vitals) {
      const detail = complaint();
      if (detail !== undefined) parts[part] = { up: false, detail };
    }
    return { status: Object.keys(parts).length === 0 ? 'up' : 'down', parts };
  }

  /** Every part, whatever its bearing. */
  async all(): Promise<HealthReport> {
    const ready = await this.ready();
    const live = this.live();
    const status = ready.status === 'up' && live.status === 'up' ? 'up' : 'down';
    return { status, parts: { ...this.remarked(), ...ready.parts, ...live.parts } };
  }

  remarked(): Readonly<Record<string, PartState>> {
    return Object.fromEntries([...this.remarks].map(([part, remark]) => [part, remark()]));
  }

  /** How one part is that has to be asked; undefined where there is none of the name. */
  async stateOf(part: string): Promise<PartState | undefined> {
    const check = this.checks.get(part);
    return check && askInTime(check);
  }

  async ready(): Promise<HealthReport> {
    const asked = await Promise.all(
      [...this.checks].map(async ([part, check]) => [part, await askInTime(check)] as const),
    );
    const parts = Object.fromEntries([...this.reported, ...asked]);
    const down = Object.entries(parts).some(([part, state]) => !state.up && !this.optional.has(part));
    return { status: down ? 'down' : 'up', parts };
  }
}

async function askInTime(check: Check): Promise<PartState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartState>((resolve) => {
    timer = setTimeout(
      () => resolve({ up: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { up: false, detail: messageForLog(error) };
  } finally {
    clearTimeout(timer);
  }
}

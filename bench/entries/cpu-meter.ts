import { cpuSecondsOfTree } from '../process-figures.js';

/** Whose CPU time is told apart, beside the sender, which tells its own. */
export const CPU_OF = ['program', 'worker', 'PostgreSQL', 'Kafka', 'Redis', 'raw'] as const;
export type CpuOf = (typeof CPU_OF)[number];

/** Undefined of what there is not, or what cannot be seen from here. */
type PerProcess = Readonly<Partial<Record<CpuOf, number | undefined>>>;

export interface MeterOptions {
  readonly pids: PerProcess;
  /** Whether PostgreSQL is a child of the program, whose time it would be otherwise. */
  readonly isEmbedded: boolean;
}

/** What the processes use while something goes on. */
export class CpuMeter {
  private readonly before: PerProcess;

  constructor(private readonly options: MeterOptions) {
    this.before = secondsOf(options);
  }

  /** CPU seconds since the meter was made. */
  used(): PerProcess {
    const after = secondsOf(this.options);
    return perProcess((name) => {
      const [from, to] = [this.before[name], after[name]];
      return from === undefined || to === undefined ? undefined : to - from;
    });
  }
}

function secondsOf({ pids, isEmbedded }: MeterOptions): PerProcess {
  const seconds = perProcess((name) => {
    const pid = pids[name];
    return pid === undefined ? undefined : cpuSecondsOfTree(pid);
  });
  const { program, PostgreSQL: postgres } = seconds;
  if (!isEmbedded || program === undefined || postgres === undefined) return seconds;
  return { ...seconds, program: program - postgres };
}

const perProcess = (valueOf: (name: CpuOf) => number | undefined): PerProcess =>
  Object.fromEntries(CPU_OF.map((name) => [name, valueOf(name)]));

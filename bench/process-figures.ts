import { existsSync, readdirSync, readFileSync } from 'node:fs';

const BYTES_PER_KB = 1_024;
/** What Linux counts in where it shows times to programs: USER_HZ, 100 on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Whether there is a /proc to read figures from: Linux. */
const HAS_PROC = existsSync('/proc/self/stat');

/** What a process holds of the machine's memory. */
export interface MemoryHeld {
  readonly nowBytes: number;
  /** The most that it ever was, as the kernel has it: what no look of ours can miss. */
  readonly peakBytes: number;
}

/** Undefined without /proc. @throws Error when there is no such process */
export function memoryHeldBy(pid: number): MemoryHeld | undefined {
  if (!HAS_PROC) return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string): number => {
    const kb = new RegExp(String.raw`^${field}:\s+(\d+) kB$`, 'm').exec(status)?.[1];
    if (kb === undefined) throw new Error(`process ${pid} has no ${field}`);
    return Number(kb) * BYTES_PER_KB;
  };
  return { nowBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}

/**
 * The CPU time that a process and all that descend from it have taken so far, those that have ended among them as soon
 * as their parent has taken note of it. In seconds, exact to 0.01 a process; undefined without /proc.
 */
export function cpuSecondsOfTree(pid: number): number | undefined {
  if (!HAS_PROC) return undefined;
  const processes = readProcesses();
  const ticksOf = (root: ProcessTimes): number =>
    processes
      .filter(({ parentPid }) => parentPid === root.pid)
      .reduce((sum, child) => sum + ticksOf(child), root.ticks);
  const root = processes.find((process) => process.pid === pid);
  return root && ticksOf(root) / TICKS_PER_SECOND;
}

/**
 * The process that a PostgreSQL connection's own process descends from, and with it everything that the server does.
 *
 * @param backendPid as pg_backend_pid() says it
 * @param clientPort as inet_client_port() says it; it stands in the title that the server gives that process, and so
 *   tells it from any process of the same id here when the server is on another machine or in a container
 * @returns undefined when the server cannot be seen from here
 */
export function postmasterPid(backendPid: number, clientPort: number): number | undefined {
  if (!HAS_PROC) return undefined;
  try {
    const title = readFileSync(`/proc/${backendPid}/cmdline`, 'utf8');
    if (!title.startsWith('postgres') || !title.includes(`(${clientPort})`)) return undefined;
    return readTimes(String(backendPid)).parentPid;
  } catch {
    return undefined;
  }
}

interface ProcessTimes {
  readonly pid: number;
  readonly parentPid: number;
  readonly ticks: number;
}

function readProcesses(): ProcessTimes[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [readTimes(pid)];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

/** See proc_pid_stat(5). The name stands in parentheses and may hold anything, parentheses among it. */
function readTimes(pid: string): ProcessTimes {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Fields 14 to 17: user and system time, of its own and of children that it has waited for.
  const ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
  return { pid: Number(pid), parentPid: Number(fields[1]), ticks };
}

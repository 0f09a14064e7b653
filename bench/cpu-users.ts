import { cpuSecondsOfTree } from './process-figures.js';

/** Whose CPU time is told apart. */
export const CPU_USERS = ['the program', 'PostgreSQL', 'the broker'] as const;
export type CpuUser = (typeof CPU_USERS)[number];

/** Of processes that can be seen from here. */
export type Pids = Readonly<Record<CpuUser, number | undefined>>;
/** Undefined of a process that cannot be seen from here. */
export type CpuSeconds = Readonly<Record<CpuUser, number | undefined>>;

/** What each, and all that belongs to it, has used so far. */
export function cpuSecondsOf(pids: Pids): CpuSeconds {
  return ofEachCpuUser((user) => {
    const pid = pids[user];
    return pid === undefined ? undefined : cpuSecondsOfTree(pid);
  });
}

export function cpuSecondsBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return ofEachCpuUser((user) => {
    const [from, to] = [before[user], after[user]];
    return from === undefined || to === undefined ? undefined : to - from;
  });
}

function ofEachCpuUser<T>(valueOf: (user: CpuUser) => T): Record<CpuUser, T> {
  return Object.fromEntries(CPU_USERS.map((user) => [user, valueOf(user)])) as Record<CpuUser, T>;
}

import { messageForLog } from '../logging/error-record.js';

/** What an attempt has shown. With `fail` the program could not do its work as it is set up. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of `waybill doctor`. */
export interface Finding {
  readonly verdict: Verdict;
  /** What it is about, such as `kafka`. */
  readonly subject: string;
  /** What was tried, or what is wrong and what to do; without any secret. */
  readonly text: string;
}

/** Takes what a check finds. */
export interface Findings {
  ok(text: string): void;
  warn(text: string): void;
  fail(text: string): void;
}

/** An attempt at something that the settings name, which changes nothing there. */
export interface Check {
  readonly subject: string;
  /** What it throws is a finding, too. */
  run(findings: Findings): Promise<void>;
}

/** A check has not come to an end in time. */
class TooLongError extends Error {
  constructor(limitMs: number) {
    super(`no end of it within ${limitMs / 1_000} s: check that what it asks answers`);
  }
}

/** Runs a check, for so long at most. @returns what it has found; a check that found nothing is fine */
export async function runCheck({ subject, run }: Check, limitMs: number): Promise<Finding[]> {
  const found: Finding[] = [];
  let isOver = false;
  const take = (verdict: Verdict) => (text: string) => {
    if (!isOver) found.push({ verdict, subject, text: inOneLine(text) });
  };
  const findings = { ok: take('ok'), warn: take('warn'), fail: take('fail') };
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLongError(limitMs)), limitMs);
  });
  try {
    await Promise.race([run(findings), tooLong]);
  } catch (error) {
    findings.fail(reasonOf(error));
  } finally {
    clearTimeout(timer);
    isOver = true;
  }
  return found;
}

/** An error as an operator is to read it; Node has no message for an address that stands for several. */
export function reasonOf(error: unknown): string {
  const { errors, code, name } = (error ?? {}) as { errors?: Error[]; code?: unknown; name?: string };
  const message = messageForLog(error) || messageForLog(errors?.[0]);
  return message || (typeof code === 'string' ? code : (name ?? 'it fails'));
}

const inOneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' | ');

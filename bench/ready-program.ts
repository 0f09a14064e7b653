import { setTimeout as pause } from 'node:timers/promises';
import { answerOf } from './own-answer.js';
import { type LogLine, Program } from './program.js';

const LOOK_EVERY_MS = 25;
const READY_TIMEOUT_MS = 300_000;

/** The program, once it does all of its work. */
export interface ReadyProgram {
  readonly program: Program;
  /** Where it listens. */
  readonly url: string;
  /** From the start of the process until `GET /health/ready` said 200; late by up to 25 ms, never early. */
  readonly startSeconds: number;
}

/**
 * @param core the only one that it may use, where processes can be kept to one
 * @throws Error when it ends, or is not ready within five minutes
 */
export async function startReady(
  settings: Readonly<Record<string, string>>,
  core?: number,
): Promise<ReadyProgram> {
  const program = await Program.start(settings, [], core);
  try {
    const listening = await program.logged((line) => line.msg === 'listening');
    const url = urlOf(listening);
    while (!(await isReady(url))) {
      program.checkAlive();
      if (Date.now() - program.startedAtMs > READY_TIMEOUT_MS) {
        throw new Error(`the program was not ready within ${READY_TIMEOUT_MS / 1_000} s`);
      }
      await pause(LOOK_EVERY_MS);
    }
    return { program, url, startSeconds: (Date.now() - program.startedAtMs) / 1_000 };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** What a gauge of the program's `/metrics` holds. @throws Error when there is no such gauge with these labels only, written as there */
export async function readGauge(url: string, name: string, labels = ''): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const value = new RegExp(String.raw`^${name}${labels} (\S+)$`, 'm').exec(metrics)?.[1];
  if (value === undefined) throw new Error(`the program has no metric ${name}`);
  return Number(value);
}

function urlOf(listening: LogLine): string {
  if (typeof listening.url !== 'string') throw new Error('the program does not say where it listens');
  return listening.url;
}

async function isReady(url: string): Promise<boolean> {
  const { status } = await answerOf(url, '/health/ready');
  return status === 200;
}

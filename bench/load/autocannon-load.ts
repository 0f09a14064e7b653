/** Sends one load: its options as JSON on standard input, what came back as a line of JSON on standard output. */
import autocannon from 'autocannon';
import { json } from 'node:stream/consumers';
import { type LoadOptions, type LoadResult, TIMEOUT_SECONDS } from './load-options.js';
import { Tally } from './tally.js';

/** autocannon looks only this often whether it is done. */
const LOOK_EVERY_MS = 50;

function send({ url, method, connections, requests, until }: LoadOptions): Promise<LoadResult> {
  // autocannon's own histogram counts whole milliseconds, and its duration begins before its requests are ready.
  const tally = new Tally();
  let connection = 0;
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const run = autocannon(
      {
        url,
        method,
        connections,
        ...('answers' in until ? { amount: until.answers } : { duration: until.seconds }),
        timeout: TIMEOUT_SECONDS,
        sampleInt: LOOK_EVERY_MS,
        // A share for each connection: the whole list would be put together once for each, and sent by all in step.
        setupClient: (client) => client.setRequests(everyNth(requests, connections, connection++)),
      },
      (error: Error | null, { errors }) => {
        if (error === null) resolve(tally.result('autocannon', errors, bytes));
        else reject(error);
      },
    );
    run.on('start', () => tally.start());
    run.on('response', (_client, status, answerBytes, ms) => {
      tally.answer(status, ms);
      bytes += answerBytes;
    });
  });
}

/** Every `step`th of a list from `first` on, beginning again at its end; one at least. */
function everyNth<T>(list: readonly T[], step: number, first: number): T[] {
  const count = Math.max(1, Math.ceil((list.length - first) / step));
  return Array.from({ length: count }, (_, index) => list[(first + index * step) % list.length]!);
}

const result = await send((await json(process.stdin)) as LoadOptions);
process.stdout.write(`${JSON.stringify(result)}\n`);

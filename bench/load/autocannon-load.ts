/** Sends one load: its options as JSON on standard input, what came back as a line of JSON on standard output. */
import autocannon from 'autocannon';
import { createHistogram } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { type LoadOptions, type LoadResult, TIMEOUT_SECONDS } from './load-options.js';

/** autocannon looks only this often whether it is done. */
const LOOK_EVERY_MS = 50;

function send({ url, method, connections, requests, until, rate }: LoadOptions): Promise<LoadResult> {
  // autocannon's own histogram counts whole milliseconds, and its duration begins before its requests are ready.
  const latenciesUs = createHistogram();
  let connection = 0;
  let startedAtMs = 0;
  let answeredAtMs = 0;
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const finish = (error: Error | null, result: autocannon.Result): void => {
      if (error !== null) return reject(error);
      const seconds = (answeredAtMs - startedAtMs) / 1_000;
      const answers = latenciesUs.count;
      resolve({
        tool: 'autocannon',
        seconds,
        answers,
        answersPerSecond: answers / seconds,
        p50Ms: latenciesUs.percentile(50) / 1_000,
        p99Ms: latenciesUs.percentile(99) / 1_000,
        maxMs: latenciesUs.max / 1_000,
        refused: result['4xx'] + result['5xx'],
        errors: result.errors,
        bytes,
      });
    };
    const run = autocannon(
      {
        url,
        method,
        connections,
        ...('answers' in until ? { amount: until.answers } : { duration: until.seconds }),
        overallRate: rate,
        timeout: TIMEOUT_SECONDS,
        sampleInt: LOOK_EVERY_MS,
        // A share for each connection: the whole list would be put together once for each, and sent by all in step.
        setupClient: (client) => client.setRequests(everyNth(requests, connections, connection++)),
      },
      finish,
    );
    run.on('start', () => (startedAtMs = performance.now()));
    run.on('response', (_client, _status, answerBytes, ms) => {
      answeredAtMs = performance.now();
      latenciesUs.record(Math.max(1, Math.round(ms * 1_000)));
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

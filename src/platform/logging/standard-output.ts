import { type DestinationStream, pino } from 'pino';

/** Lines that may wait to be written, in bytes; those behind them are lost. */
const MAX_WAITING_BYTES = 16 * 1_048_576;

/**
 * Standard output as pino writes to it. Where it cannot be written to, as on a disk that is full, each further line is an attempt to
 * write those that wait, and nothing else comes of it: neither an error that nobody catches, nor an exit that waits for the disk.
 */
export function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: process.stdout.fd, maxLength: MAX_WAITING_BYTES });
  let isFailing = false;
  output.on('error', () => (isFailing = true)).on('write', () => (isFailing = false));
  const flush = output.flushSync.bind(output);
  // It tries again without an end.
  output.flushSync = () => {
    if (!isFailing) flush();
  };
  return output;
}

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What the context can be in: each batch fails as if a peer were away, or for good, or is not answered for at all. */
export const TROUBLES = ['transient', 'permanent', 'hang'] as const;
export type Trouble = (typeof TROUBLES)[number];

const LOOK_EVERY_MS = 100;

/** Customers whose orders end the process that hands them to this context. */
export const KILLERS = ['exit', 'loop', 'memory'] as const;
export type Killer = (typeof KILLERS)[number];
export const killerCustomer = (killer: Killer): string => `kills-by-${killer}`;

class TroubleError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = 'TroubleError';
  }
}

/** The word in the file; none when it is empty or absent. */
function troubleIn(file: string | undefined): string {
  try {
    return file === undefined ? '' : readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Does to the caller what the file says. @throws TroubleError */
export async function suffer(file: string | undefined): Promise<void> {
  while (troubleIn(file) === 'hang') await pause(LOOK_EVERY_MS);
  switch (troubleIn(file)) {
    case 'transient':
      throw new TroubleError('the peer of the unreliable context is away', 'ECONNREFUSED');
    case 'permanent':
      // A SQLSTATE: check_violation.
      throw new TroubleError('the unreliable context takes nothing', '23514');
  }
}

/** Ends the process when the customer is one of the killers. */
export function dieFor(customer: string): void {
  switch (customer) {
    case killerCustomer('exit'):
      process.exit(1);
      break;
    case killerCustomer('loop'):
      for (;;);
    case killerCustomer('memory'): {
      const hoard: object[] = [];
      for (;;) hoard.push(Array.from({ length: 100_000 }, (_, n) => ({ n })));
    }
  }
}

import { randomUUID } from 'node:crypto';

/** What this process is called in the news of changes, so that it knows its own. */
export const OWN_NAME = randomUUID();

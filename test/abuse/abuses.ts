import type { Abuse } from './abuse.js';
import { announcedBodies } from './abusers/announced-bodies.js';
import { chunkedBehindStream } from './abusers/chunked-behind-stream.js';
import { costlyRequests } from './abusers/costly-requests.js';
import { demoLoop } from './abusers/demo-loop.js';
import { idempotencyKeys } from './abusers/idempotency-keys.js';
import { idleConnections } from './abusers/idle-connections.js';
import { inflatingBatches } from './abusers/inflating-batches.js';
import { lockedRow } from './abusers/locked-row.js';
import { pipelinedGets } from './abusers/pipelined-gets.js';
import { pipelinedStreams } from './abusers/pipelined-streams.js';
import { poisonFlood } from './abusers/poison-flood.js';
import { stalledBodies } from './abusers/stalled-bodies.js';
import { unreadLists } from './abusers/unread-lists.js';
import { unreadStreams } from './abusers/unread-streams.js';

export const ABUSES: readonly Abuse[] = [
  chunkedBehindStream,
  announcedBodies,
  stalledBodies,
  pipelinedStreams,
  unreadStreams,
  pipelinedGets,
  idleConnections,
  costlyRequests,
  unreadLists,
  demoLoop,
  idempotencyKeys,
  lockedRow,
  poisonFlood,
  inflatingBatches,
];

import { expect, it } from 'vitest';
import { HeardCommits } from './heard-commits.js';

it('commits are passed on only while none can be missed between them', () => {
  const heard = new HeardCommits();
  const events: unknown[] = [];
  heard.commits.subscribe(({ xid }) => events.push(xid));
  heard.resumed.subscribe(() => events.push('resumed'));
  const hear = (xid: number): void => heard.hear({ firstId: 1, lastId: 1, readings: 1, xid, horizon: xid });
  hear(1);
  heard.listen();
  hear(2);
  heard.beSilent();
  hear(3);
  heard.listen();
  hear(4);
  expect(events).toEqual(['resumed', 2, 'resumed', 4]);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Tour } from './tour.js';

const all = new Tour('All of it');

/** What the calls are answered with, a list for each comment of a tour. */
const ANSWERS: readonly [title: string, answers: readonly number[][]][] = [
  ['Readings of sensors', [[200], [200], [201]]],
  ['Look-ups of users', [[201, 200], [200], [204]]],
  ['Customers in memory', [[201], [200], [200], [204]]],
  ['A persistent cache', [[201], [200, 304], [200], [200], [200], [201, 200], [200, 200], [204]]],
];

beforeAll(() => all.start());
afterAll(() => all.stop());

describe('the tours of the README, in one program for all of it', () => {
  it.each(ANSWERS)('are answered: %s', async (title, answers) => {
    const { commands } = new Tour(title);
    expect(commands).toHaveLength(answers.length);
    for (const [index, command] of commands.entries()) {
      // Any ETag will do. The first reading is made up after a while; no call of a tour is refused when it comes once more.
      const call = command.replaceAll('<ETag>', '*');
      if (title === 'Readings of sensors' && index === 0)
        await eventually(async () => expect(await all.statusesOf(call)).toEqual(answers[0]));
      else expect(await all.statusesOf(call)).toEqual(answers[index]);
    }
  });
});

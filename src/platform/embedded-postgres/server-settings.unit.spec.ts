import { describe, expect, it } from 'vitest';
import { sharedBuffersMib } from './server-settings.js';

const GIB = 1_073_741_824;

describe('the shared buffers of the embedded server', () => {
  it.each([
    ['a small machine', 1, 128],
    ['a laptop', 8, 512],
    ['a large machine', 64, 1_024],
  ])('on %s of %d GiB are %d MiB', (_, memoryGib, expectedMib) => {
    expect(sharedBuffersMib(memoryGib * GIB)).toBe(expectedMib);
  });

  it('are a whole number of MiB', () => {
    expect(sharedBuffersMib(3.3 * GIB)).toBe(211);
  });
});

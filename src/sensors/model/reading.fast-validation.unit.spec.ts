import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryReading } from '../../../test/support/arbitrary-reading.js';
import { examine } from '../../platform/validation/examination.js';
import { fastValidatorConformance } from '../../platform/validation/fast-validator.conformance.js';
import { compileFastValidator } from '../../platform/validation/fast-validator.js';
import { Reading } from './reading.js';

const validateFast = compileFastValidator(Reading);

describe('the fast validator of readings', () => {
  it('accepts every valid reading, as class-validator does, and builds the same', () => {
    fc.assert(
      fc.property(arbitraryReading(), (reading) => {
        const value: unknown = structuredClone(reading);
        expect(examine(value, Reading)).toStrictEqual({ instance: reading, faults: [] });
        expect(validateFast(value)).toStrictEqual(reading);
      }),
    );
  });

  fastValidatorConformance(Reading, arbitraryReading(), () => ({
    sensor_id: 'sensor-123',
    value: 16.21,
    timestamp: 1_611_111_111,
  }));
});

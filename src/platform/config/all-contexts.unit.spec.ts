import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Environment } from './environment.js';
import { loadSettings } from './load-environment.js';
import { settingsWithoutEffect } from './settings-without-effect.js';
import { settingGroup } from './setting-group.js';
import { WholeNumber } from './setting-kinds.js';

class ParcelSettings {
  @WholeNumber(1, 9) PARCELS_COUNT: number = 1;
}

const PARCELS = settingGroup(ParcelSettings, {
  context: 'parcels',
  descriptions: { PARCELS_COUNT: 'how many' },
  aliases: { COUNT: { of: 'PARCELS_COUNT' } },
  faultsBetween: (_settings, { CONTEXTS }) =>
    CONTEXTS.includes('weights') ? ['parcels do not go with weights'] : [],
});

const NOWHERE = mkdtempSync(join(tmpdir(), 'all-contexts-'));
const load = (variables: Record<string, string>, contexts?: readonly string[]) =>
  loadSettings([PARCELS], variables, NOWHERE, contexts);

describe('CONTEXTS=all', () => {
  it('is the names of all contexts that there are, those without settings among them', () => {
    const { CONTEXTS } = load({ CONTEXTS: 'all' }, ['parcels', 'scans']).of(Environment);
    expect(CONTEXTS).toEqual(['parcels', 'scans']);
  });

  it('has each context read its settings by their other names', () => {
    expect(load({ CONTEXTS: 'all', COUNT: '3' }).of(ParcelSettings).PARCELS_COUNT).toBe(3);
    expect(load({ CONTEXTS: 'orders', COUNT: '3' }).of(ParcelSettings).PARCELS_COUNT).toBe(1);
  });

  it('has each context see which others there are', () => {
    expect(() => load({ CONTEXTS: 'all' }, ['parcels', 'weights'])).toThrow('parcels do not go with weights');
  });

  it('counts in a configuration file too, as a text and as a list', () => {
    for (const written of ['all', '[all]']) {
      const file = join(NOWHERE, 'waybill.yaml');
      writeFileSync(file, `contexts: ${written}\n`);
      expect(load({ CONFIG_FILE: file }).of(Environment).CONTEXTS).toEqual(['parcels']);
    }
  });

  it('has names that are nearly those of a context told', () => {
    const told = (contexts: string) =>
      settingsWithoutEffect({ CONTEXTS: contexts, COUMT: '3' }, NOWHERE, [PARCELS]);
    expect(told('all')).toEqual([
      "COUMT is set, and is no setting of Waybill's: did you mean COUNT? It has no effect",
    ]);
    expect(told('orders')).toEqual([]);
  });

  it('stands for nothing beside other names', () => {
    expect(load({ CONTEXTS: 'all,parcels' }).of(Environment).CONTEXTS).toEqual(['all', 'parcels']);
  });
});

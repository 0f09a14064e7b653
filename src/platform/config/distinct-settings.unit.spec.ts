import { expect, it } from 'vitest';
import { requireDistinctSettings } from './distinct-settings.js';
import { PROGRAM_SETTINGS } from './environment.js';
import { type SettingAlias, type SettingGroup, settingGroup } from './setting-group.js';

class ShelfSettings {
  SHELVES: number = 1;
}

class BoxSettings {
  BOXES: number = 1;
}

const check = (
  ofShelves: Record<string, SettingAlias<'SHELVES'>>,
  ofBoxes: Record<string, SettingAlias<'BOXES'>>,
  ...others: SettingGroup[]
): void =>
  requireDistinctSettings([
    PROGRAM_SETTINGS,
    settingGroup(ShelfSettings, { descriptions: { SHELVES: 'how many' }, aliases: ofShelves }),
    settingGroup(BoxSettings, { descriptions: { BOXES: 'how many' }, aliases: ofBoxes }),
    ...others,
  ]);

it('takes groups whose settings and aliases differ', () =>
  expect(() => check({ SHELF_COUNT: { of: 'SHELVES' } }, { BOX_COUNT: { of: 'BOXES' } })).not.toThrow());

it('takes a setting of the program itself for an alias, also of several', () =>
  expect(() =>
    check({ CACHE_TTL_SECONDS: { of: 'SHELVES' } }, { CACHE_TTL_SECONDS: { of: 'BOXES' } }),
  ).not.toThrow());

it('refuses a setting that two groups have', () => {
  const again = settingGroup(
    class More {
      SHELVES: number = 2;
    },
    { descriptions: { SHELVES: 'how many' } },
  );
  expect(() => check({}, {}, again)).toThrow(
    'the setting SHELVES is claimed twice: by ShelfSettings and by More',
  );
});

it.each([
  ['an alias that two groups have', { COUNT: { of: 'SHELVES' } }, { COUNT: { of: 'BOXES' } }, 'COUNT'],
  ['the alias that is a setting of another group', {}, { SHELVES: { of: 'BOXES' } }, 'SHELVES'],
] as const)('refuses %s', (_, ofShelves, ofBoxes, name) =>
  expect(() => check(ofShelves, ofBoxes)).toThrow(
    `the alias ${name} is claimed twice: by ShelfSettings and by BoxSettings`,
  ),
);

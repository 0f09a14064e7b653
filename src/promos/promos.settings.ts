import { settingGroup } from '../platform/config/setting-group.js';
import { WholeNumber } from '../platform/config/setting-kinds.js';

const YEAR_SECONDS = 365 * 86_400;

export class PromosSettings {
  @WholeNumber(10, 60_000) PROMOS_REQUEST_TIMEOUT_MS: number = 300;
  @WholeNumber(0, YEAR_SECONDS) PROMOS_CACHE_TTL_SECONDS: number = 3_600;
}

export const PROMOS_SETTINGS = settingGroup(PromosSettings, {
  context: 'promos',
  descriptions: {
    PROMOS_REQUEST_TIMEOUT_MS:
      'Milliseconds within which a look-up of a user is answered, whatever hangs; time in which the process is busy with other work does not count',
    PROMOS_CACHE_TTL_SECONDS: 'Seconds that a user is held in memory and in Redis; 0: for good',
  },
  aliases: {
    REQUEST_TIMEOUT_MS: { of: 'PROMOS_REQUEST_TIMEOUT_MS' },
    CACHE_TTL_SECONDS: { of: 'PROMOS_CACHE_TTL_SECONDS' },
  },
});

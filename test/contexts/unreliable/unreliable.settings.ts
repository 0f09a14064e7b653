import { IsOptional } from 'class-validator';
import { NonEmptyText } from '../../../src/platform/config/setting-kinds.js';
import { settingGroup } from '../../../src/platform/config/setting-group.js';

export class UnreliableSettings {
  @IsOptional() @NonEmptyText() UNRELIABLE_TROUBLE_FILE?: string = undefined;
}

export const UNRELIABLE_SETTINGS = settingGroup(UnreliableSettings, {
  context: 'unreliable',
  descriptions: {
    UNRELIABLE_TROUBLE_FILE:
      'File that holds the name of the trouble that the context is in, if it is in any',
  },
});

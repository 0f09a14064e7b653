import { type ProgramSettings, settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, OneOf, WholeNumber } from '../platform/config/setting-kinds.js';

export class EntriesSettings {
  @KafkaName() ENTRIES_TOPIC: string = 'cache.persist';
  @KafkaName() ENTRIES_REHYDRATE_TOPIC: string = 'cache.rehydrate';
  @OneOf(['through', 'behind']) ENTRIES_WRITE: 'through' | 'behind' = 'through';
  @WholeNumber(1, 3_650) ENTRIES_TOMBSTONE_DAYS: number = 7;
  @WholeNumber(0, 1_000_000) ENTRIES_WARM: number = 1_000;
  @WholeNumber(0, 1_000_000_000) ENTRIES_RATE_LIMIT: number = 0;
}

export const ENTRIES_SETTINGS = settingGroup(EntriesSettings, {
  context: 'entries',
  descriptions: {
    ENTRIES_TOPIC: 'Topic that changes of cache entries go over, and that writes wait on to be stored behind',
    ENTRIES_REHYDRATE_TOPIC: 'Topic of cache entries that are to be read from PostgreSQL into Redis',
    ENTRIES_WRITE:
      'Whether a write of a cache entry is answered once PostgreSQL has it (through), or once Kafka has it (behind)',
    ENTRIES_TOMBSTONE_DAYS: 'Days that a key which was deleted, or has ended, keeps its version',
    ENTRIES_WARM: 'Newest cache entries that are read into memory and Redis at the start',
    ENTRIES_RATE_LIMIT: 'Requests for cache entries a minute and address; 0: as many as come',
  },
  faultsBetween: ({ ENTRIES_WRITE }, program) => writeFaults(ENTRIES_WRITE, program),
});

function writeFaults(
  write: EntriesSettings['ENTRIES_WRITE'],
  { CONTEXTS, KAFKA_BROKERS }: ProgramSettings,
): string[] {
  if (write === 'through' || KAFKA_BROKERS !== undefined || !CONTEXTS.includes('entries')) return [];
  return [
    'ENTRIES_WRITE is "behind": expected through without KAFKA_BROKERS, since writes wait in Kafka then',
  ];
}

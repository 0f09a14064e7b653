import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { StoredMovement } from '../model/movement.js';

export interface MovementPage {
  readonly movements: readonly StoredMovement[];
  /** Id of the page's last movement; not there when this is the last page. */
  readonly next?: number;
}

/** As `StoredMovement` has them. */
const FIELDS = `id, chrt_id AS "chrtId", kind, on_hand_delta AS "onHandDelta", reserved_delta AS "reservedDelta",
  on_hand AS "onHand", reserved, order_uid AS "orderUid", content_version AS "contentVersion", reason,
  made_by AS "by", cause, at`;

const PAGE = `
  SELECT ${FIELDS} FROM inventory.movements
  WHERE chrt_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

/** The journal of a thing, newest first. */
@Injectable()
export class MovementListRepository {
  constructor(private readonly database: Database) {}

  /** @param before id of the movement that the page before it has ended with */
  async page(chrtId: number, limit: number, before?: number): Promise<MovementPage> {
    const movements = await this.database.source.query<StoredMovement[]>(PAGE, [
      chrtId,
      before ?? null,
      limit + 1,
    ]);
    if (movements.length <= limit) return { movements };
    const shown = movements.slice(0, limit);
    return { movements: shown, next: shown.at(-1)!.id };
  }
}

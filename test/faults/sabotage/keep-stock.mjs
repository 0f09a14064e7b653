/** Loaded into the program by `node --import`, to show that the suite notices: what an order gives up stays reserved. */
import { StockSheet } from '../../../dist/src/inventory/model/stock-sheet.js';

const move = StockSheet.prototype.move;

StockSheet.prototype.move = function moveUnlessReleased(chrtId, delta, why) {
  if (why.kind !== 'released') return move.call(this, chrtId, delta, why);
};

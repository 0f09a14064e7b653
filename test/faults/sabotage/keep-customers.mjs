/** Loaded into the program by `node --import`, to show that the suite notices: a customer that is deleted stays. */
import { CustomerTable } from '../../../dist/src/customers/cache/customer-table.js';

CustomerTable.prototype.remove = function removeNobody() {
  return 'absent';
};

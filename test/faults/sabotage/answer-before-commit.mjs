/** Loaded into the program by `node --import`, to show that the suite notices: who waits hears of it before it is committed. */
import { Database } from '../../../dist/src/platform/database/database.js';

const transaction = Database.prototype.transaction;

Database.prototype.transaction = function answeredEarly(work, ...options) {
  return new Promise((resolve, reject) => {
    const working = async (tx) => {
      const result = await work(tx);
      resolve(result);
      return result;
    };
    transaction.call(this, working, ...options).catch(reject);
  });
};

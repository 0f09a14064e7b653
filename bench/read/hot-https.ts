import type { Progress } from '../../src/platform/progress.js';
import type { OwnCertificate } from '../own-certificate.js';
import { SERVER_CORE } from '../pinning.js';
import { startReference } from '../reference-server.js';
import type { HeldOrders } from '../references/ready-orders.js';
import type { Figures } from './figures.js';
import { type HotOptions, measureRow } from './hot.js';
import { type HotRow, hotRows } from './hot-rows.js';
import { warmed, withPinnedProgram } from './pinned-program.js';

const RAW = 'raw node:https';
const BY_HTTP = 'waybill by HTTP';

/** Measures what memory answers by HTTPS, beside Node's own server and beside the program by HTTP. @returns what was wrong */
export async function measureHttps(
  { databaseUrl, orders, rounds, seconds }: HotOptions,
  certificate: OwnCertificate,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const settings = warmed(databaseUrl, orders);
  const tls = { SERVER_TLS_CERT: certificate.cert, SERVER_TLS_KEY: certificate.key };
  const row: HotRow = { ...hotRows(orders)[0]!, name: 'hot GET by HTTPS', references: [RAW, BY_HTTP] };
  const held: HeldOrders = { orders, certificate };
  const raw = await startReference('raw.ts', held, SERVER_CORE);
  try {
    return await withPinnedProgram(settings, (byHttp) =>
      withPinnedProgram({ ...settings, ...tls }, async (waybill) => {
        const urls = { [RAW]: raw.url, [BY_HTTP]: byHttp, waybill };
        const faults: string[] = [];
        for (let round = 1; round <= rounds; round++) {
          const title = `read, by HTTPS, round ${round} of ${rounds}`;
          let turn = 0;
          progress.start(title);
          const onTurn = (): void => progress.show(++turn, row.references.length + 1);
          const wrong = await measureRow(row, urls, seconds, figures, onTurn);
          faults.push(...wrong.map((fault) => `${title}, ${fault}`));
          progress.finish();
        }
        return faults;
      }),
    );
  } finally {
    await raw.stop();
  }
}

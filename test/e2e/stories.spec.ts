import { httpEntrance, WEBHOOK_SETTINGS } from '../stories/http-entrance.js';
import { storiesConformance } from '../stories/stories.conformance.js';
import { runWaybill, SHOP, startWaybill } from '../support/waybill-process.js';

storiesConformance('HTTP', async () => {
  const waybill = await startWaybill({ env: { ...SHOP, ...WEBHOOK_SETTINGS } });
  const { dataDir, url } = waybill;
  return {
    url,
    entrance: httpEntrance(url),
    verifyStock: () => runWaybill({ dataDir, env: SHOP, command: ['inventory', 'verify'] }),
    close: async () => void (await waybill.stop()),
  };
});

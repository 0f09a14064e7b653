import { httpEntrance, WEBHOOK_SETTINGS } from '../stories/http-entrance.js';
import { storiesConformance } from '../stories/stories.conformance.js';
import { runWaybill, startWaybill } from '../support/waybill-process.js';

storiesConformance('HTTP', async () => {
  const waybill = await startWaybill({ env: WEBHOOK_SETTINGS });
  const { dataDir, url } = waybill;
  return {
    url,
    entrance: httpEntrance(url),
    verifyStock: () => runWaybill({ dataDir, command: ['inventory', 'verify'] }),
    close: async () => void (await waybill.stop()),
  };
});

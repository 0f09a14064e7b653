import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startWaybill, type WaybillOptions, type WaybillProcess } from '../support/waybill-process.js';
import { launchChromium, visit, type Visit } from './visit.js';

/** A program and a browser for the tests of a describe block. */
export interface Site {
  /** `http://127.0.0.1:54321` */
  readonly url: string;
  /** Of the program, for what nobody can do over HTTP. */
  readonly dataDir: string;
  /** One reader at the page, until the end of the test, which fails when anything went wrong there that it has not named. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  /** The same, through somebody who stands between. */
  visitBy(url: string, options?: BrowserContextOptions): Promise<Visit>;
}

/** To be called within a describe block: starts both before its tests and ends them afterwards. */
export function useSite(executablePath: string, options?: WaybillOptions): Site {
  let waybill: WaybillProcess;
  let browser: Browser;
  const visits: Visit[] = [];
  beforeAll(async () => {
    waybill = await startWaybill(options);
    browser = await launchChromium(executablePath);
  });
  afterEach(async () => {
    const closed = visits.splice(0);
    for (const one of closed) await one.close();
    for (const one of closed) one.requireNoOtherFaults();
  });
  afterAll(async () => {
    await browser?.close();
    await waybill?.stop();
  });
  const visitBy: Site['visitBy'] = async (url, context) => {
    const one = await visit(browser, url, context);
    visits.push(one);
    return one;
  };
  return {
    get url() {
      return waybill.url;
    },
    get dataDir() {
      return waybill.dataDir;
    },
    visit: (context) => visitBy(waybill.url, context),
    visitBy,
  };
}

import { ownTopics } from '../support/own-topics.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import type { Target } from './abuse.js';

export interface Abused {
  readonly waybill: WaybillProcess;
  readonly target: Target;
}

/** @param brokers where it reads orders from a topic of its own; without them it needs no Kafka */
export async function startAbused(brokers?: string): Promise<Abused> {
  if (brokers === undefined) {
    const waybill = await startWaybill({ env: SHOP });
    return { waybill, target: { url: waybill.url, dataDir: waybill.dataDir } };
  }
  const { topic, settings } = ownTopics(brokers, { partitions: 2 });
  const waybill = await startWaybill({ env: { ...SHOP, ...settings } });
  return { waybill, target: { url: waybill.url, dataDir: waybill.dataDir, kafka: { brokers, topic } } };
}

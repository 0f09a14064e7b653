import { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Findings } from '../platform/checks/check.js';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a warning, unless it was made for a short time and two thirds of that are to come. */
const SOON_MS = 14 * DAY_MS;

/** How a connection is encrypted, for people: `TLSv1.3`, or that it is not. */
export const encryptionOf = (socket: unknown): string =>
  socket instanceof TLSSocket ? (socket.getProtocol() ?? 'TLS') : 'not encrypted';

/** Warns of what a server has shown when it is about to expire. */
export function lookAtPeer(socket: unknown, name: string, findings: Findings): void {
  if (!(socket instanceof TLSSocket)) return;
  const { raw } = socket.getPeerCertificate() as { raw?: Buffer };
  if (raw === undefined) return;
  const end = endingSoon(new X509Certificate(raw));
  if (end !== undefined)
    findings.warn(`the certificate of ${name} expires at ${end}: have it renewed before`);
}

/** When a certificate expires, as long as that is soon; undefined otherwise. */
export function endingSoon({ validFrom, validTo }: X509Certificate, now = Date.now()): string | undefined {
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  const leftMs = toMs - now;
  return leftMs > Math.min(SOON_MS, (toMs - fromMs) / 3) ? undefined : new Date(toMs).toISOString();
}

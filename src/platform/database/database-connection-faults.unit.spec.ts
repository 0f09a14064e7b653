import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ConnectionAttempts } from './connection-attempts.js';
import { Session } from './session.js';

/** A session that is yet to be connected, and the port of its server, which answers the first request in this way. */
async function sessionWith(answer: (socket: Socket) => void): Promise<{ session: Session; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const attempts = new ConnectionAttempts({
    ...{ host: '127.0.0.1', port, user: 'shop', password: '', database: 'shop' },
  });
  const limits = { statementMs: 1_000, lockMs: 1_000, idleInTransactionMs: 1_000 };
  return { session: new Session({ attempts, limits, answerLimitMs: 1_000 }), port };
}

it.each<[how: string, breakOff: (socket: Socket) => void]>([
  ['is closed', (socket) => socket.end()],
  ['is reset', (socket) => socket.resetAndDestroy()],
])('a connection that %s before an answer names the setting', async (_, breakOff) => {
  const { session, port } = await sessionWith(breakOff);
  await expect(session.connect()).rejects.toMatchObject({
    kind: 'no route',
    message: `PostgreSQL at 127.0.0.1:${port} breaks off the connection before it answers: check DB_HOST and DB_SSL_MODE, and whether it runs there`,
  });
});

it('a login of a kind that pg does not know is named, and what to change there', async () => {
  const gssapi = Buffer.from([...Buffer.from('R'), 0, 0, 0, 8, 0, 0, 0, 7]);
  const { session, port } = await sessionWith((socket) => void socket.write(gssapi));
  await expect(session.connect()).rejects.toMatchObject({
    kind: 'wrong account',
    message: `PostgreSQL at 127.0.0.1:${port} wants user "shop" to log in by GSSAPI or another way that is not known here: have pg_hba.conf there take scram-sha-256 or cert of it`,
  });
});

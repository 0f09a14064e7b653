import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';

/** Answers each line with the same line. */
let echo: Server;
let proxy: TcpProxy;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString());
      socket.write(bytes);
    });
  });
  await new Promise<void>((listening) => echo.listen(0, '127.0.0.1', listening));
  proxy = await TcpProxy.open((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  await new Promise((closed) => echo.close(closed));
});

async function dial(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

/** A reset is an end as well. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((closed) => socket.once('close', () => closed()));
}

async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

describe('the proxy', () => {
  it('hands everything on', async () => {
    const socket = await dial();
    expect(await say(socket, 'hello')).toBe('hello');
  });

  it('cuts every connection', async () => {
    const socket = await dial();
    await say(socket, 'hello');
    const closed = closeOf(socket);
    expect(proxy.cutAll()).toBe(1);
    await closed;
  });

  it('refuses connections until it accepts them again, under the same port', async () => {
    const { port } = proxy;
    await proxy.refuse();
    await expect(dial()).rejects.toThrow('ECONNREFUSED');
    await proxy.accept();
    expect(proxy.port).toBe(port);
    expect(await say(await dial(), 'again')).toBe('again');
  });

  it('delays answers, and keeps their order when the delay ends', async () => {
    const socket = await dial();
    await say(socket, 'hello');
    proxy.delayAnswers(200);
    const startedAt = performance.now();
    socket.write('first');
    await expect.poll(() => heard.join()).toContain('first');
    proxy.delayAnswers(0);
    socket.write('second');
    let answers = '';
    socket.on('data', (bytes: Buffer) => (answers += bytes.toString()));
    await expect.poll(() => answers).toBe('firstsecond');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(199);
  });

  it('springs its trap after what was sent has arrived, or in place of the answer', async () => {
    for (const verdict of ['cut after', 'cut after the answer'] as const) {
      const socket = await dial();
      await say(socket, 'hello');
      proxy.arm((sent) => (sent.includes('commit') ? verdict : undefined));
      const answers: string[] = [];
      socket.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
      const closed = closeOf(socket);
      socket.write(`commit ${verdict}`);
      await closed;
      await expect.poll(() => heard).toContain(`commit ${verdict}`);
      expect(answers).toEqual([]);
      expect(proxy.trapped).toBe(1);
    }
  });

  it('loses answers while it is mute, and breaks what lost some afterwards', async () => {
    const socket = await dial();
    await say(socket, 'hello');
    proxy.mute();
    const answers: string[] = [];
    socket.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
    socket.write('who is there?');
    await expect.poll(() => heard).toEqual(['hello', 'who is there?']);
    const closed = closeOf(socket);
    proxy.speak();
    await closed;
    expect(answers).toEqual([]);
    expect(await say(await dial(), 'again')).toBe('again');
  });
});

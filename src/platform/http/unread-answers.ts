import { Injectable } from '@nestjs/common';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, register } from 'prom-client';
import { LargeAnswers } from './large-answers.js';
import { socketEventOf, tcpSocketOf } from './tls-sockets.js';

const LOOK_EVERY_MS = 1_000;
/** A client that reads fewer bytes than this before the deadline is stuck or hostile: any modem does 6.5 kB a second. */
const MIN_BYTES = 65_536;
const READ_DEADLINE_MS = 10_000;
/** The deadline while memory for large answers is nearly used up. */
const PRESSING_READ_DEADLINE_MS = 1_500;

/** libuv's view of a connection, which Node's own timeouts use: bytes written, and those not yet taken by the kernel. */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

interface Reader {
  takenBytes: number;
  unreadBytes: number;
  sinceMs: number;
}

/**
 * Closes connections whose client does not read its responses, so that they need not be kept in memory. Bytes that the
 * operating system has buffered count as read.
 */
@Injectable()
export class UnreadAnswers {
  private readonly sockets = new Set<Socket>();
  private readonly readers = new Map<Socket, Reader>();
  private readonly cut: Counter;

  constructor(private readonly largeAnswers: LargeAnswers) {
    const name = 'waybill_http_unread_cut_total';
    register.removeSingleMetric(name);
    this.cut = new Counter({
      name,
      help: 'Connections closed because the client did not read its responses in time. Look when it rises: a stuck or hostile client',
    });
  }

  watch(server: Server): void {
    server.on(socketEventOf(server), (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => {
        this.sockets.delete(socket);
        this.readers.delete(socket);
      });
    });
    const look = setInterval(() => this.look(performance.now()), LOOK_EVERY_MS);
    look.unref();
    server.once('close', () => clearInterval(look));
  }

  private look(nowMs: number): void {
    const deadlineMs = this.largeAnswers.isPressing ? PRESSING_READ_DEADLINE_MS : READ_DEADLINE_MS;
    for (const socket of this.sockets) {
      if (socket.writableLength === 0) this.readers.delete(socket);
      else if (!this.isReading(socket, nowMs, deadlineMs)) {
        this.cut.inc();
        socket.destroy();
      }
    }
  }

  private isReading(socket: Socket, nowMs: number, deadlineMs: number): boolean {
    const takenBytes = takenOf(socket);
    const reader = this.readers.get(socket);
    if (reader === undefined || takenBytes - reader.takenBytes >= Math.min(MIN_BYTES, reader.unreadBytes)) {
      this.readers.set(socket, { takenBytes, unreadBytes: socket.writableLength, sinceMs: nowMs });
      return true;
    }
    return nowMs - reader.sinceMs < deadlineMs;
  }
}

/** Bytes that the operating system has taken of a connection's answers. */
function takenOf(socket: Socket): number {
  const handle = (tcpSocketOf(socket) as Socket & { _handle?: Handle | null })._handle;
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}

import type { Socket } from 'node:net';

/** A Connection of kafkajs, with the bytes of an answer that has not come whole yet. */
interface Connection {
  readonly socket: Socket;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<unknown>;
  processData(bytes: Buffer): void;
}
type ConnectionClass = new (...parts: never[]) => Connection;

/** An answer begins with its length. */
const LENGTH_BYTES = 4;

/**
 * kafkajs throws at an answer that it cannot take apart, in a listener of the socket, where nobody could catch it: the connection is
 * closed instead. And what is left of an answer that was cut off is no part of those on the next connection.
 */
export function withWholeAnswers(Original: ConnectionClass): ConnectionClass {
  return class extends Original {
    override connect(): Promise<unknown> {
      if (!this.isConnected()) {
        this.chunks = [];
        this.bytesBuffered = 0;
        this.bytesNeeded = LENGTH_BYTES;
      }
      return super.connect();
    }

    override processData(bytes: Buffer): void {
      try {
        super.processData(bytes);
      } catch (cause) {
        const message = "who is there answers with something that is not Kafka's protocol";
        this.socket.destroy(new Error(message, { cause }));
      }
    }
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { freePorts } from '../../scripts/free-ports.js';
import { type KafkaBroker, startKafkaBroker } from '../../scripts/kafka-broker.js';
import { tellSweeper } from '../support/left-behind.js';
import { TcpProxy, type Trap } from '../support/tcp-proxy.js';

/** Of a request's head (Kafka protocol, "Common Request and Response Structure"): size in 4 bytes, then the key in 2. */
const API_KEY_AT = 4;
const HEAD_BYTES = 6;
const PRODUCE = 0;
/** A publish of some orders; smaller ones are left alone. */
const PUBLISH_BYTES = 1_000;

const inMidPublish: Trap = (sent) =>
  sent.length >= Math.max(PUBLISH_BYTES, HEAD_BYTES) && sent.readInt16BE(API_KEY_AT) === PRODUCE
    ? 'cut after'
    : undefined;

/** A real Kafka with its data on the disk and a wire between it and the programs, which the suite's own clients avoid. */
export class FaultyKafka {
  /** For the suite: what the broker says its address is, the wire's, is dialled directly. */
  readonly client: Kafka;

  private constructor(
    private readonly logDir: string,
    readonly wire: TcpProxy,
    private broker: KafkaBroker | undefined,
  ) {
    this.client = new Kafka({
      clientId: 'waybill-faults',
      brokers: [`127.0.0.1:${wire.target}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 },
      socketFactory: this.pastTheWire,
    });
  }

  static async start(): Promise<FaultyKafka> {
    const logDir = await mkdtemp(join(tmpdir(), 'waybill-faults-kafka-'));
    tellSweeper('directory', logDir);
    const [port] = await freePorts(0);
    const kafka = new FaultyKafka(logDir, await TcpProxy.open(port), undefined);
    await kafka.comeBack();
    return kafka;
  }

  /** As KAFKA_BROKERS takes it: over the wire. */
  get brokers(): string {
    return `127.0.0.1:${this.wire.port}`;
  }

  /** `fast` closes the logs first, `immediate` is SIGKILL. */
  async goAway(mode: 'fast' | 'immediate'): Promise<void> {
    const broker = this.broker;
    this.broker = undefined;
    await this.wire.refuse();
    await (mode === 'fast' ? broker?.stop() : broker?.kill());
  }

  async comeBack(): Promise<void> {
    // Before the broker is asked whether it is there: it sends whoever asks to this address.
    await this.wire.accept();
    this.broker ??= await startKafkaBroker({
      logDir: this.logDir,
      port: this.wire.target,
      advertisedPort: this.wire.port,
      log: () => undefined,
    });
  }

  /** Breaks each connection over which messages are published, before the answer. */
  cutInMidPublish(): void {
    this.wire.arm(inMidPublish);
  }

  async end(): Promise<void> {
    await this.goAway('immediate');
    await rm(this.logDir, { recursive: true, force: true });
    tellSweeper('removed', this.logDir);
  }

  private readonly pastTheWire: ISocketFactory = ({ onConnect }) => {
    const socket = connect(this.wire.target, '127.0.0.1', onConnect);
    socket.setKeepAlive(true, 60_000);
    return socket;
  };
}

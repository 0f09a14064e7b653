import { joinHostAndPort } from '../../src/platform/host-and-port.js';

/** A listener beside the plain one, on a free port of the loopback. */
export interface SecuredListener {
  /** In capitals, such as `PASSWORDS`. */
  readonly name: string;
  readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
  /** 127.0.0.1 by default. */
  readonly host?: '127.0.0.1' | '::1';
  /** Port on the same host that clients are sent to, such as a proxy's. By default its own. */
  readonly advertisedPort?: number;
  /** Settings of this listener alone, without `listener.name.<name>.` in front: `ssl.client.auth`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface BrokerPorts {
  readonly plain: number;
  readonly advertised: number;
  readonly controller: number;
  /** One for each secured listener. */
  readonly secured: readonly number[];
}

/** As a client takes it: `127.0.0.1:9093`, `[::1]:9093`. */
export function listenerAddress({ host = '127.0.0.1' }: SecuredListener, port: number): string {
  return joinHostAndPort({ host, port });
}

/**
 * Text of `server.properties`. Paths in it are relative, since `log.dirs` splits at commas and a project may stand in any
 * directory.
 *
 * @param more settings of the whole broker, which win over those here
 */
export function serverProperties(
  { plain, advertised, controller, secured }: BrokerPorts,
  listeners: readonly SecuredListener[],
  more: Readonly<Record<string, string>>,
): string {
  const own = listeners.map((one, i) => `${one.name}://${listenerAddress(one, secured[i]!)}`);
  const told = listeners.map(
    (one, i) => `${one.name}://${listenerAddress(one, one.advertisedPort ?? secured[i]!)}`,
  );
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`);
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [`PLAINTEXT://127.0.0.1:${plain}`, `CONTROLLER://127.0.0.1:${controller}`, ...own].join(','),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${advertised}`, ...told].join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...protocols].join(','),
    'log.dirs': 'log',
    'num.partitions': '4',
    'auto.create.topics.enable': 'true',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '8',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    ...Object.fromEntries(listeners.flatMap(settingsOf)),
    ...more,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function settingsOf({ name, settings }: SecuredListener): [string, string][] {
  return Object.entries(settings).map(([key, value]) => [
    `listener.name.${name.toLowerCase()}.${key}`,
    value,
  ]);
}

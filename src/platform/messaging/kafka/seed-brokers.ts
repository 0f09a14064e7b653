interface Address {
  readonly host: string;
  readonly port: number;
}

/** What kafkajs opens connections with; without a host, to the next of the brokers that it was told of. */
interface ConnectionPoolBuilder {
  build(destination?: Partial<Address>): Promise<unknown>;
}
type BuilderFactory = (options: { readonly brokers: readonly string[] }) => ConnectionPoolBuilder;

/** Takes `kafka-1:9092` and `[::1]:9092` apart. */
export function addressOf(broker: string): Address {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(colon + 1)) };
}

/** kafkajs takes its seed brokers apart at the first colon, which an IPv6 address has more of. */
export function withIpv6Seeds(createBuilder: BuilderFactory): BuilderFactory {
  return (options) => {
    const builder = createBuilder(options);
    const seeds = options.brokers.map(addressOf);
    let next = 0;
    return {
      build: (destination) => builder.build(destination?.host ? destination : seeds[next++ % seeds.length]),
    };
  };
}

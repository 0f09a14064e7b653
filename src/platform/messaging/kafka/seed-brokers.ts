import { type HostAndPort, splitHostAndPort } from '../../host-and-port.js';

/** What kafkajs opens connections with; without a host, to the next of the brokers that it was told of. */
interface ConnectionPoolBuilder {
  build(destination?: Partial<HostAndPort>): Promise<unknown>;
}
type BuilderFactory = (options: { readonly brokers: readonly string[] }) => ConnectionPoolBuilder;

/** kafkajs takes its seed brokers apart at the first colon, which an IPv6 address has more of. */
export function withIpv6Seeds(createBuilder: BuilderFactory): BuilderFactory {
  return (options) => {
    const builder = createBuilder(options);
    const seeds = options.brokers.map(splitHostAndPort);
    let next = 0;
    return {
      build: (destination) => builder.build(destination?.host ? destination : seeds[next++ % seeds.length]),
    };
  };
}

import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KafkaBroker, KafkaBrokerOptions } from '../scripts/kafka-broker.js';
import type { OwnCertificate } from './own-certificate.js';

const LISTENER = 'SECURED';
const ACCOUNT = 'waybill';
const MECHANISM = 'SCRAM-SHA-256';
const SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
const PASSWORD_BYTES = 18;

/** A listener of a broker that takes TLS and an account, beside the plain one. */
export class SecuredKafka {
  private readonly password = randomBytes(PASSWORD_BYTES).toString('hex');

  private constructor(
    private readonly certificate: OwnCertificate,
    private readonly keyStore: string,
  ) {}

  static async prepare(certificate: OwnCertificate): Promise<SecuredKafka> {
    const { cert, key } = certificate;
    const keyStore = join(dirname(cert), 'broker.pem');
    await writeFile(keyStore, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`);
    await chmod(keyStore, 0o600);
    return new SecuredKafka(certificate, keyStore);
  }

  get brokerOptions(): Pick<KafkaBrokerOptions, 'secured' | 'scramAccounts'> {
    return {
      secured: [
        {
          name: LISTENER,
          protocol: 'SASL_SSL',
          settings: {
            'ssl.keystore.type': 'PEM',
            'ssl.keystore.location': this.keyStore,
            'sasl.enabled.mechanisms': MECHANISM,
            [`${MECHANISM.toLowerCase()}.sasl.jaas.config`]: SCRAM_LOGIN,
          },
        },
      ],
      scramAccounts: [`${MECHANISM}=[name=${ACCOUNT},password=${this.password}]`],
    };
  }

  /** What the program has to be told to go there. */
  settings({ secured }: KafkaBroker): Record<string, string> {
    return {
      KAFKA_BROKERS: secured[LISTENER]!,
      KAFKA_SSL: 'on',
      KAFKA_SSL_CA: this.certificate.cert,
      KAFKA_SASL_MECHANISM: MECHANISM,
      KAFKA_SASL_USERNAME: ACCOUNT,
      KAFKA_SASL_PASSWORD: this.password,
    };
  }
}

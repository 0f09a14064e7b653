import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs, {
  type AclEntry,
  type AclOperationTypes,
  type AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
} from 'kafkajs';
import { JAVA } from '../../scripts/java.js';
import type { SecuredListener } from '../../scripts/kafka/broker-properties.js';
import { KAFKA_CLASS_PATH } from '../../scripts/kafka/kafka-distribution.js';
import { type KafkaBroker, startKafkaBroker } from '../../scripts/kafka-broker.js';
import { CertificateAuthority, type KeyPair } from './certificates.js';
import { TcpProxy } from './tcp-proxy.js';
import { TokenServer } from './token-server.js';

// Node finds no names for these in a CommonJS package.
export const { AclOperationTypes: Operation, AclResourceTypes: Resource } = kafkajs;
const { AclPermissionTypes: Permission } = kafkajs;
const { LITERAL } = kafkajs.ResourcePatternTypes;

const run = promisify(execFile);

const ANY_HOST = '*';
/** The account, the subject of its certificate, and the client of the token server are all called so. */
const ACCOUNT = 'waybill';
const OF_CERTIFICATE = `User:CN=${ACCOUNT}`;
/** Above what a program may keep back for a renewal, and below what a test can wait for. */
const SESSION_MS = 60_000;

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type ScramMechanism = (typeof SCRAM)[number];

/** What the broker behind {@link SecureKafka.wire} shows to those who connect. */
export type ShownCertificate = 'PASSWORDS' | 'UNKNOWN_CA' | 'WRONG_NAME' | 'EXPIRED';

interface Certificates {
  readonly ca: CertificateAuthority;
  readonly unknownCa: CertificateAuthority;
  /** By the listeners that show them. */
  readonly shown: Readonly<Record<ShownCertificate | 'MUTUAL', KeyPair>>;
  readonly client: KeyPair;
}

/**
 * One broker with a plain listener for the test itself, and secured ones: MUTUAL and MUTUAL_IPV6 want a certificate of the
 * client, PASSWORDS an account by PLAIN or SCRAM, TOKENS a token. Those by password stand behind a wire, which can be switched to
 * listeners whose certificate is wrong. Without an ACL, the account may do all, and anybody else nothing.
 */
export class SecureKafka {
  private readonly changed: string[] = [];

  private constructor(
    private readonly broker: KafkaBroker,
    private readonly certificates: Certificates,
    readonly wire: TcpProxy,
    readonly tokens: TokenServer,
    /** Of the account, for each mechanism where nobody has changed it. */
    readonly password: string,
    /** Of the plain listener, where everybody may do everything. */
    readonly admin: Admin,
  ) {}

  /** @param sessionMs after which a client has to log in anew */
  static async start({ sessionMs = SESSION_MS } = {}): Promise<SecureKafka> {
    const password = crypto.randomUUID();
    const certificates = await makeCertificates();
    const { directory } = certificates.ca;
    const tokens = await TokenServer.start(
      { id: ACCOUNT, secret: crypto.randomUUID() },
      certificates.shown.MUTUAL,
    );
    const keySet = join(directory, 'jwks.json');
    await writeFile(keySet, tokens.keySet);
    const wire = await TcpProxy.open();
    const broker = await startKafkaBroker({
      secured: await listenersOf(certificates, keySet, password, wire.port, sessionMs),
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
      scramAccounts: SCRAM.map((mechanism) => `${mechanism}=[name=${ACCOUNT},password=${password}]`),
      javaOptions: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://${keySet}`],
      log: () => undefined,
    });
    const client = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    const kafka = new SecureKafka(broker, certificates, wire, tokens, password, admin);
    kafka.show('PASSWORDS');
    await admin.createAcls({ acl: [`User:${ACCOUNT}`, OF_CERTIFICATE].flatMap(allRights) });
    return kafka;
  }

  /** As KAFKA_BROKERS takes it: the plain listener. */
  get plain(): string {
    return this.broker.brokers;
  }

  get ca(): CertificateAuthority {
    return this.certificates.ca;
  }

  /** What no output of a program may hold. */
  secrets(): string[] {
    const { id, secret } = this.tokens.client;
    const shown = Buffer.from(`${id}:${secret}`).toString('base64');
    // The name of its key and the algorithm are no secret.
    const signatures = this.tokens.issued.map((token) => token.split('.').at(-1)!);
    return [this.password, ...this.changed, secret, shown, ...signatures];
  }

  /** Settings of a program that shows a certificate. */
  mutual({ ipv6 = false } = {}): Record<string, string> {
    const { cert, key } = this.certificates.client;
    return {
      ...this.encrypted(this.broker.secured[ipv6 ? 'MUTUAL_IPV6' : 'MUTUAL']!),
      ...{ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key },
    };
  }

  /** Settings of a program that logs in by a password, over the wire. */
  passwords(mechanism: 'PLAIN' | ScramMechanism): Record<string, string> {
    return {
      ...this.encrypted(`127.0.0.1:${this.wire.port}`),
      ...{
        KAFKA_SASL_MECHANISM: mechanism,
        KAFKA_SASL_USERNAME: ACCOUNT,
        KAFKA_SASL_PASSWORD: this.password,
      },
    };
  }

  /** Settings of a program that logs in by a token; where it comes from is still to be said. */
  oauth(): Record<string, string> {
    return { ...this.encrypted(this.broker.secured['TOKENS']!), KAFKA_SASL_MECHANISM: 'OAUTHBEARER' };
  }

  /** The same, from the token server. */
  oauthByEndpoint(): Record<string, string> {
    const { url, client } = this.tokens;
    return {
      ...this.oauth(),
      KAFKA_SASL_OAUTH_ENDPOINT: url,
      KAFKA_SASL_OAUTH_CA: this.ca.cert,
      KAFKA_SASL_OAUTH_CLIENT_ID: client.id,
      KAFKA_SASL_OAUTH_CLIENT_SECRET: client.secret,
    };
  }

  /** From now on whoever connects over the wire is shown this; connections that there are break. */
  show(listener: ShownCertificate): void {
    this.wire.target = Number(this.broker.secured[listener]!.split(':').at(-1));
    this.wire.cutAll();
  }

  /** As an administrator changes it, by Kafka's own command. Sessions that there are go on. */
  async changePassword(mechanism: ScramMechanism, password: string): Promise<void> {
    this.changed.push(password);
    await run(JAVA, [
      ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', KAFKA_CLASS_PATH],
      ...['kafka.admin.ConfigCommand', '--bootstrap-server', this.plain, '--alter'],
      ...['--entity-type', 'users', '--entity-name', ACCOUNT],
      ...['--add-config', `${mechanism}=[password=${password}]`],
    ]);
  }

  /** Takes a right from the account, until what this returns is called. */
  async deny(
    operation: AclOperationTypes,
    resourceType: AclResourceTypes,
    resourceName: string,
  ): Promise<() => Promise<void>> {
    const resource = { resourceType, resourceName, resourcePatternType: LITERAL };
    const entry = {
      ...{ ...resource, operation, host: ANY_HOST, principal: `User:${ACCOUNT}` },
      permissionType: Permission.DENY,
    };
    await this.admin.createAcls({ acl: [entry] });
    return async () => void (await this.admin.deleteAcls({ filters: [entry] }));
  }

  async end(): Promise<void> {
    await this.admin.disconnect();
    await Promise.all([this.broker.kill(), this.wire.close(), this.tokens.close()]);
    this.ca.remove();
    this.certificates.unknownCa.remove();
  }

  private encrypted(brokers: string): Record<string, string> {
    return { KAFKA_BROKERS: brokers, KAFKA_SSL: 'on', KAFKA_SSL_CA: this.ca.cert };
  }
}

async function makeCertificates(): Promise<Certificates> {
  const [ca, unknownCa] = await Promise.all([
    CertificateAuthority.create('Secure Kafka'),
    CertificateAuthority.create('Nobody knows it'),
  ]);
  const server = await ca.sign('server');
  const shown = {
    MUTUAL: server,
    PASSWORDS: server,
    UNKNOWN_CA: await unknownCa.sign('server'),
    WRONG_NAME: await ca.sign('wrong-name', { names: ['DNS:kafka.example'] }),
    EXPIRED: await ca.sign('expired', { days: -1 }),
  };
  return { ca, unknownCa, shown, client: await ca.sign(ACCOUNT) };
}

async function listenersOf(
  { ca, shown }: Certificates,
  keySet: string,
  password: string,
  wirePort: number,
  sessionMs: number,
): Promise<SecuredListener[]> {
  const reauthentication = { 'connections.max.reauth.ms': String(sessionMs) };
  const byPassword = { ...passwordSettings(password), ...reauthentication };
  const mutual = {
    ...(await keyStore(shown.MUTUAL)),
    ...{ 'ssl.client.auth': 'required', 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': ca.cert },
  };
  const byToken = { ...(await keyStore(shown.MUTUAL)), ...tokenSettings(keySet), ...reauthentication };
  const behindWire = (['PASSWORDS', 'UNKNOWN_CA', 'WRONG_NAME', 'EXPIRED'] as const).map(async (name) => ({
    ...{ name, protocol: 'SASL_SSL' as const, advertisedPort: wirePort },
    settings: { ...(await keyStore(shown[name])), ...byPassword },
  }));
  return [
    { name: 'MUTUAL', protocol: 'SSL', settings: mutual },
    { name: 'MUTUAL_IPV6', protocol: 'SSL', host: '::1', settings: mutual },
    { name: 'TOKENS', protocol: 'SASL_SSL', settings: byToken },
    ...(await Promise.all(behindWire)),
  ];
}

/** Kafka wants certificate and key in one file. */
async function keyStore({ cert, key }: KeyPair): Promise<Record<string, string>> {
  const location = `${cert}.and-key`;
  await writeFile(location, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`);
  return { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': location };
}

function passwordSettings(password: string): Record<string, string> {
  const modules = 'org.apache.kafka.common.security';
  return {
    'sasl.enabled.mechanisms': ['PLAIN', ...SCRAM].join(','),
    'plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${ACCOUNT}="${password}";`,
    ...Object.fromEntries(
      SCRAM.map((mechanism) => [
        `${mechanism.toLowerCase()}.sasl.jaas.config`,
        `${modules}.scram.ScramLoginModule required;`,
      ]),
    ),
  };
}

function tokenSettings(keySet: string): Record<string, string> {
  const bearer = 'org.apache.kafka.common.security.oauthbearer';
  return {
    'sasl.enabled.mechanisms': 'OAUTHBEARER',
    'oauthbearer.sasl.jaas.config': `${bearer}.OAuthBearerLoginModule required;`,
    'oauthbearer.sasl.server.callback.handler.class': `${bearer}.OAuthBearerValidatorCallbackHandler`,
    // Without this, Kafka 4.1.0 takes a token whatever its signature is.
    'sasl.oauthbearer.jwt.validator.class': `${bearer}.BrokerJwtValidator`,
    ...TokenServer.brokerSettings(keySet),
  };
}

function allRights(principal: string): AclEntry[] {
  const { TOPIC, GROUP, CLUSTER } = Resource;
  return [TOPIC, GROUP, CLUSTER].map((resourceType) => ({
    ...{ resourceType, resourceName: resourceType === CLUSTER ? 'kafka-cluster' : '*' },
    ...{ resourcePatternType: LITERAL, operation: Operation.ALL },
    ...{ permissionType: Permission.ALLOW, principal, host: ANY_HOST },
  }));
}

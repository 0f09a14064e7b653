import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, databaseOptions, type House } from './app.module.js';
import { describeApi } from './api-description.js';
import { Environment } from './platform/config/environment.js';
import { atMost } from './platform/at-most.js';
import { UnfitDatabaseError } from './platform/database/database.errors.js';
import { Database } from './platform/database/database.js';
import { type Postgres, providePostgres } from './platform/postgres.js';
import { Failures } from './platform/failures/failures.js';
import { Health } from './platform/health/health.js';
import { joinHostAndPort } from './platform/host-and-port.js';
import { rememberMethods } from './platform/http/allowed-methods.js';
import { BodiesUnderWay } from './platform/http/bodies-under-way.js';
import { compressAnswers } from './platform/http/compressed-answers.js';
import { ConnectionLimit, connectionsWithin, openFilesLimit } from './platform/http/connection-limit.js';
import { DirectAnswers } from './platform/http/direct-answers.js';
import { refuseEmptyParameters } from './platform/http/empty-parameters.js';
import { ForeignRequests } from './platform/http/foreign-requests.js';
import { createHttpAdapter } from './platform/http/http-adapter.js';
import { LargeAnswers } from './platform/http/large-answers.js';
import { OpenConnections } from './platform/http/open-connections.js';
import { answerInTurns } from './platform/http/pipelined-requests.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { rememberProblemMembers } from './platform/http/problem-members.js';
import { limitRates } from './platform/http/rate-limits.js';
import { takeBodiesAsBytes } from './platform/http/request-bodies.js';
import { refuseCodedBodies, refuseProtocols } from './platform/http/refused-protocols.js';
import { ServerCertificate } from './platform/http/server-certificate.js';
import { RequestMetrics } from './platform/http/request-metrics.js';
import { SecondLoopback } from './platform/http/second-loopback.js';
import { addSecurityHeaders } from './platform/http/security-headers.js';
import { StaticPage } from './platform/http/static-page.js';
import { trustOf } from './platform/http/trusted-proxies.js';
import { UnreadAnswers } from './platform/http/unread-answers.js';
import { Lifecycle, type StepError } from './platform/lifecycle.js';
import { type Logger, NestLogger } from './platform/logging/logger.js';
import { observeGauge } from './platform/metrics/observed-gauge.js';
import { EVENT_SERVER, type EventServer } from './platform/messaging/event-server.js';
import { OutboxRelay } from './platform/messaging/outbox/outbox-relay.js';
import { retryUntilDone } from './platform/messaging/backoff.js';

/** A client that does not send the rest of its request must not keep the program from an orderly stop. */
const DRAIN_MS = 5_000;
/** A start that waits for a database which does not answer is not waited for. A migration is undone by PostgreSQL. */
const START_END_MS = 1_000;
/** What is left of the ten seconds that a stop may take, once events and requests under way are done. */
const FLUSH_MS = 2_000;

/** The running program: its parts in the order in which they come up and go down. */
export class Waybill {
  private readonly stopping = new AbortController();
  private starting: Promise<void> | undefined;
  private readonly connections: OpenConnections;
  private secondLoopback: SecondLoopback | undefined;

  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly environment: Environment,
    private readonly log: Logger,
    private readonly database: Database,
    private readonly postgres: Postgres,
  ) {
    this.connections = new OpenConnections(app.getHttpServer());
    const server = app.getHttpServer();
    const most = connectionsWithin(
      environment.MAX_CONNECTIONS,
      openFilesLimit(),
      environment.DB_POOL_SIZE,
      log,
    );
    new ConnectionLimit(most, answerInTurns(server)).watch(server);
  }

  /**
   * Listens, and returns; the rest comes up behind it, however long the database and Kafka take. `/health/ready`
   * tells when it is done.
   *
   * @throws ConfigurationError when the server's certificate is of no use, ContextError, DataDirInUseError, EmbeddedPostgresUnavailableError, and EADDRINUSE when the port is taken
   */
  static async start(house: House, log: Logger): Promise<Waybill> {
    const environment = house.settings.of(Environment);
    const certificate = ServerCertificate.of(environment, log);
    const postgres = await providePostgres(environment, (message, fields) => log.info(fields ?? {}, message));
    const database = new Database(databaseOptions(house, log));
    try {
      const app = await createApp(house, log, database, certificate);
      const waybill = new Waybill(app, environment, log, database, postgres);
      await waybill.listen();
      waybill.starting = waybill.comeUp();
      return waybill;
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  private async listen(): Promise<void> {
    const { SERVER_HOST, SERVER_PORT } = this.environment;
    const isLocalhost = SERVER_HOST.toLowerCase() === 'localhost';
    await this.app.listen(SERVER_PORT, isLocalhost ? '127.0.0.1' : SERVER_HOST);
    if (isLocalhost) this.secondLoopback = await SecondLoopback.listenFor(this.app.getHttpServer());
  }

  /** Where the page is. */
  get url(): string {
    const address = this.app.getHttpServer().address();
    const port =
      typeof address === 'object' && address !== null ? address.port : this.environment.SERVER_PORT;
    const { SERVER_HOST } = this.environment;
    const host = SERVER_HOST === '0.0.0.0' || SERVER_HOST === '::' ? 'localhost' : SERVER_HOST;
    const protocol = this.environment.SERVER_TLS_CERT === undefined ? 'http' : 'https';
    return `${protocol}://${joinHostAndPort({ host, port })}`;
  }

  /** Where PostgreSQL keeps what it stores, for people. */
  get dataPlace(): string {
    return this.postgres.place;
  }

  /** Resolves once the program is ready. @throws AbortError when it is stopped before, UnfitDatabaseError */
  async whenReady(): Promise<void> {
    await this.starting;
  }

  /** Finishes what is under way and ends every part, the ones that others lean on last. */
  async stop(): Promise<void> {
    const { app } = this;
    app.get(Health).report('start', { up: false, detail: 'stopping' });
    this.stopping.abort();
    const lifecycle = app.get(Lifecycle);
    // Before the start is over it may be waiting for Kafka, which the first of these ends.
    await this.end('the consumers', () => app.get<EventServer>(EVENT_SERVER).close());
    await atMost(
      START_END_MS,
      this.starting?.catch(() => undefined),
    );
    await lifecycle.drain();
    const close = async (): Promise<void> => {
      await Promise.all([app.close(), this.secondLoopback?.close()]);
    };
    await this.end('the HTTP server', () => this.connections.drain(close, DRAIN_MS));
    await this.end('the relay', () => app.get(OutboxRelay).stop(FLUSH_MS));
    await lifecycle.close();
    await this.end('the connections to the database', () => this.database.close());
    await this.postgres.stop();
  }

  /** Whatever becomes of one part, those that it leans on are ended as well. */
  private async end(part: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.error({ err: error, part }, 'a part could not be ended in order');
    }
  }

  private async comeUp(): Promise<void> {
    const { app, database, environment, log, postgres } = this;
    const { signal } = this.stopping;
    const health = app.get(Health);
    const waiting = (part: string, error: Error): void => {
      // What is wrong with it no time will mend.
      if (error instanceof UnfitDatabaseError) throw error;
      health.report('start', { up: false, detail: `waiting for ${part}: ${error.message}` });
    };
    const databaseIsAway = (error: Error): void => {
      waiting('the database', error);
      log.warn({ err: error }, 'the database cannot be used yet; trying again');
    };
    await retryUntilDone(() => database.open(postgres.connection), databaseIsAway, signal);
    if (database.missingSchemas.size > 0) this.makeMissingSchemas();
    health.report('start', { up: false, detail: 'connecting the consumers' });
    health.addCheck('database', async () => {
      if (await database.isReadOnly()) return { up: false, detail: 'it is read-only: nothing can be stored' };
      const fault = database.connectionFault;
      if (fault === undefined) return { up: true };
      return { up: true, detail: `no more connections can be made: ${fault.message}` };
    });
    await app.startAllMicroservices();
    // What is loaded before news of changes comes in could be old by then.
    const stepFailed = (error: Error): void => {
      const { step, cause } = error as StepError;
      waiting(step, cause);
      log.warn({ err: cause, step }, 'a step of the start failed; trying again');
    };
    await retryUntilDone(() => app.get(Lifecycle).start(), stepFailed, signal);
    signal.throwIfAborted();
    if (environment.ROLES.includes('relay')) app.get(OutboxRelay).start();
    health.report('start', { up: true });
  }

  /** What uses them waits, and is refused over HTTP; the other contexts do their work. */
  private makeMissingSchemas(): void {
    const { app, database, log } = this;
    const { signal } = this.stopping;
    const detail = (): string =>
      [...database.missingSchemas].map(([name, reason]) => `${name}: ${reason}`).join('; ');
    app.get(Health).addRemark('schemas', () => {
      return database.missingSchemas.size === 0 ? { up: true } : { up: false, detail: detail() };
    });
    const makeAll = async (): Promise<void> => {
      await database.makeMissingSchemas();
      if (database.missingSchemas.size > 0) throw new Error(detail());
    };
    const stillMissing = (error: Error): void =>
      log.warn({ err: error }, 'schemas of the database cannot be made; trying again');
    retryUntilDone(makeAll, stillMissing, signal).catch(() => undefined);
  }
}

async function createApp(
  house: House,
  log: Logger,
  database: Database,
  certificate: ServerCertificate | undefined,
): Promise<NestFastifyApplication> {
  const environment = house.settings.of(Environment);
  const page = environment.ROLES.includes('api') ? await StaticPage.read(environment.STATIC_DIR) : undefined;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(house, log, database),
    createHttpAdapter(log, { tls: certificate?.options, trustsProxy: trustOf(environment) }),
    { logger: new NestLogger(log), bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(log, app.get(Failures), page));
  const fastify = app.getHttpAdapter().getInstance();
  const bodies = new BodiesUnderWay();
  observeGauge(
    'waybill_http_body_bytes',
    'Bytes of request bodies held in memory at the moment. Look when it stays high: many or slow uploads',
    () => bodies.bytes,
  );
  takeBodiesAsBytes(fastify, bodies);
  rememberMethods(fastify);
  rememberProblemMembers(fastify);
  refuseEmptyParameters(fastify);
  await limitRates(
    fastify,
    house.contexts.flatMap((context) => context.rateLimits?.(house.settings) ?? []),
  );
  app.get(RequestMetrics).measure(fastify);
  addSecurityHeaders(fastify);
  certificate?.serve(fastify.server, app.get(Health));
  refuseProtocols(fastify.server);
  refuseCodedBodies(fastify);
  app.get(LargeAnswers).watch(fastify);
  app.get(UnreadAnswers).watch(fastify.server);
  app.get(DirectAnswers).goBefore(fastify);
  app.get(ForeignRequests).goBefore(fastify.server);
  if (page !== undefined) {
    await compressAnswers(
      app,
      house.contexts.flatMap((context) => context.plainRoutes?.(house.settings) ?? []),
    );
    describeApi(app, house);
    page.serve(app);
  }
  const strategy = app.get<EventServer>(EVENT_SERVER);
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  return app;
}

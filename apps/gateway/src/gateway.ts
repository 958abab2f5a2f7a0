import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Bus } from '@pontage/bus';
import { nestLogger, type Logger } from '@pontage/telemetry';
import type { FastifyInstance } from 'fastify';
import { serveConsents } from './consent/consent-routes.js';
import { RegionDirectory, type RegionSnapshot } from './control-plane/region/region-directory.js';
import { ServerDrain } from './server/drain-server.js';
import type { EmbedDirectory } from './embed/embedded-app.js';
import { serveEmbed } from './embed/embed-routes.js';
import { CredentialTest } from './connection-test/credential-test.js';
import { GatewayModule } from './gateway.module.js';
import { httpServer, type GatewayParts } from './server/http-server.js';
import type { IdempotentAnswers } from './idempotency/idempotent-answers.js';
import type { OidcManner } from './member-sign-in/oidc-sign-in.js';
import { serveSignIn } from './member-sign-in/sign-in-routes.js';
import { SignInLimits } from './member-sign-in/sign-in-limits.js';
import { serveDocuments, serveHealthRoutes, serveIdentityKeys, type IdentityKeyDirectory } from './plain-routes.js';
import { ProblemFilter } from './problems/problem-filter.js';
import { queryOperations } from './query-operations.js';
import { serveQueryPath, type QueryPath } from './query-path/query-path.js';
import { RouteCatalogue } from './routes/route-catalogue.js';
import { measureRequests } from './server/request-metrics.js';
import { serveSignIns } from './sign-in/sign-in-routes.js';
import type { GatewaySettings } from './settings.js';

/** Everything that the routes stand on. */
export interface Foundations extends GatewayParts {
  readonly bus: Bus;
  readonly idempotent: IdempotentAnswers;
  readonly directory: EmbedDirectory & {
    readonly regions: RegionSnapshot;
    readonly identityKeys: IdentityKeyDirectory;
  };
  readonly queryPath: QueryPath;
  /** The identity provider of members; absent: there is none. */
  readonly oidc?: OidcManner | undefined;
  readonly logger: Logger;
  readonly isReady: () => boolean;
}

/** A gateway that does not listen yet, and the catalogue of its routes. */
export interface Gateway {
  readonly application: NestFastifyApplication;
  readonly catalogue: RouteCatalogue;
  /** Answers what is being asked, and ends. */
  drain(withinMs: number): Promise<void>;
}

/** Puts all routes of the surface together: Nest's control plane, and beside it the plain routes of queries, embeds and documents. */
export async function buildGateway(
  settings: Pick<GatewaySettings, 'PONTAGE_SURFACE' | 'PONTAGE_TRUSTED_PROXIES'>,
  on: Foundations,
): Promise<Gateway> {
  const surface = {
    internal: settings.PONTAGE_SURFACE !== 'external',
    external: settings.PONTAGE_SURFACE !== 'internal',
  };
  const adapter = httpServer(settings, on);
  const fastify = adapter.getInstance<FastifyInstance>();
  const catalogue = new RouteCatalogue(fastify, queryOperations);
  measureRequests(fastify);
  const server = new ServerDrain(fastify);
  serveHealthRoutes(fastify, on.isReady, surface.internal);
  const limits = new SignInLimits();
  if (surface.internal) {
    serveDocuments(fastify, on.bus, catalogue);
    serveIdentityKeys(fastify, on.directory.identityKeys);
    serveSignIn(fastify, on.bus, limits, on.oidc);
  }
  if (surface.external) serveEmbed(fastify, on.bus, on.directory);
  serveQueryPath(fastify, on.queryPath, surface);
  serveSignIns(fastify, on.queryPath, surface);
  serveConsents(fastify, on.bus);

  const module = GatewayModule.with({
    bus: on.bus,
    idempotent: on.idempotent,
    addresses: on.addresses,
    regions: new RegionDirectory(on.bus, on.directory.regions),
    credentialTest: new CredentialTest(on.queryPath),
    limits,
    internal: surface.internal,
  });
  const application = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(on.logger),
    bodyParser: false,
  });
  application.useGlobalFilters(new ProblemFilter(on.logger));
  await application.init();
  await fastify.ready();
  return { application, catalogue, drain: (withinMs) => server.drain(() => application.close(), withinMs) };
}

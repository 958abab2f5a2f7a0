import { natsOperator, type Passwords } from '@pontage/backends';
import type { Service } from '@pontage/contracts';
import { busUser } from '@pontage/contracts/permissions';

/** One process of the system, and what its environment holds besides what every process needs. */
export interface PlannedService {
  readonly name: string;
  readonly service: Service;
  readonly region: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The role with which it logs in to PostgreSQL; absent: it has no state. */
  readonly role?: string;
  /** The lower, the earlier it is drained: those whom nobody calls any more come first. */
  readonly drain: number;
}

interface PlanInput {
  readonly regions: readonly string[];
  readonly adminTokenSha256: string;
  readonly adminPassword: string;
  readonly masterKey: Readonly<Record<string, string | undefined>>;
  readonly checkpoints: string;
  readonly egressAllow: string;
  /** Where gateways take bulk from workers; undefined: the bus carries it. */
  readonly bulk: string | undefined;
  readonly gateway: Readonly<Record<string, string | undefined>>;
  readonly env: NodeJS.ProcessEnv;
}

/** The processes of production, on one machine. */
export function planServices(input: PlanInput): PlannedService[] {
  const { env } = input;
  const of = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, env[name]]));
  return [
    plan('gateway', 0, {
      ...of(gatewayVariables),
      ...input.gateway,
      ...forShortLives(env),
      PONTAGE_BULK_DIR: input.bulk,
    }),
    plan('query-proxy', 1, forShortLives(env)),
    ...input.regions.map((region) => ({
      ...plan('egress-worker', 2, {
        ...of(workerVariables),
        ...forShortLives(env),
        PONTAGE_REGION: region,
        PONTAGE_EGRESS_ALLOW: input.egressAllow,
        PONTAGE_BULK_DIR: input.bulk,
      }),
      name: `egress-worker (${region})`,
      region,
    })),
    {
      ...plan('auth-broker', 3, {
        ...of(brokerVariables),
        ...input.masterKey,
        PONTAGE_BASE_URL: input.gateway.PONTAGE_BASE_URL,
      }),
      role: 'auth_broker',
    },
    { ...plan('embed-session', 3, {}), role: 'embed_session' },
    {
      ...plan('resource-registry', 3, {
        ...of(sessionVariables),
        PONTAGE_ADMIN_PASSWORD: input.adminPassword,
        PONTAGE_ADMIN_TOKEN_SHA256: input.adminTokenSha256,
        PONTAGE_REGIONS: input.regions.join(','),
      }),
      role: 'resource_registry',
    },
    {
      ...plan('audit-log', 4, {
        PONTAGE_AUDIT_CHECKPOINT_DIR: input.checkpoints,
        PONTAGE_AUDIT_STREAM_BYTES: env.PONTAGE_AUDIT_STREAM_BYTES,
      }),
      role: 'audit_log',
    },
  ];
}

const plan = (service: Service, drain: number, env: PlannedService['env']): PlannedService => ({
  name: service,
  service,
  region: null,
  env,
  drain,
});

/**
 * Nearly everything that the query path makes is garbage when the request is over. With twice Node's 16 MB to make it in,
 * less of it is still in use, and has to be copied, when the space is full.
 */
const forShortLives = ({ NODE_OPTIONS: own = '' }: NodeJS.ProcessEnv) => ({
  NODE_OPTIONS: `--max-semi-space-size=32 ${own}`.trim(),
});

const gatewayVariables = [
  'PONTAGE_EMBED_URL',
  'PONTAGE_SURFACE',
  'PONTAGE_TRUSTED_PROXIES',
  'PONTAGE_MAX_BODY_BYTES',
  'PONTAGE_OIDC_ISSUER',
  'PONTAGE_OIDC_NAME',
  'PONTAGE_OIDC_JOIN',
  'PONTAGE_OIDC_ORGANISATION',
];
const brokerVariables = [
  'PONTAGE_OIDC_ISSUER',
  'PONTAGE_OIDC_CLIENT_ID',
  'PONTAGE_OIDC_CLIENT_SECRET',
  'PONTAGE_OIDC_SCOPES',
  'PONTAGE_OIDC_GROUPS_CLAIM',
  'PONTAGE_OIDC_REGION',
];
const sessionVariables = ['PONTAGE_SESSION_IDLE_MINUTES', 'PONTAGE_SESSION_HOURS'];
const workerVariables = [
  'PONTAGE_OUTBOUND_IPS',
  'PONTAGE_EGRESS_BIND',
  'PONTAGE_EGRESS_DNS',
  'PONTAGE_EGRESS_CAPACITY',
];
/** What any program may need of its surroundings. Nothing else is handed down: secrets least of all. */
const commonVariables = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'PONTAGE_LOG_LEVEL',
  'PONTAGE_BUS_STRICT',
];

/** The environment of one process. A secret goes to the one process that needs it, never into an argument. */
export function environmentOf(
  planned: PlannedService,
  bus: { url: string; passwords: Passwords },
  databaseUrl: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const user = busUser(planned.service, planned.region ?? undefined);
  if (user === natsOperator) throw new Error('no service runs as the operator');
  return {
    ...commonEnvironment(env),
    ...planned.env,
    PONTAGE_NATS_URL: bus.url,
    PONTAGE_NATS_PASSWORD: bus.passwords[user],
    ...(databaseUrl === undefined ? {} : { PONTAGE_DATABASE_URL: databaseUrl }),
  };
}

/** What the environment of every child has in common. */
export const commonEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  ...Object.fromEntries(commonVariables.map((name) => [name, env[name]])),
});

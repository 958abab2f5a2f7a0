import 'reflect-metadata';
import { Bus } from '@pontage/bus';
import { readSettings } from '@pontage/settings';
import { destinationsOf, guardOutbound, runService, serveHealth } from '@pontage/telemetry';
import { SessionLives } from './member-session/session-lives.js';
import { startRegistry } from './registry.js';
import { registrySettings, takeAdminPassword } from './settings.js';

runService('resource-registry', async ({ logger, onStop }) => {
  const settings = readSettings(registrySettings);
  const { PONTAGE_NATS_URL: natsUrl, PONTAGE_DATABASE_URL: databaseUrl } = settings;
  guardOutbound([...destinationsOf(natsUrl, 4222), ...destinationsOf(databaseUrl, 5432)]);
  let isReady = (): boolean => false;
  const health = await serveHealth(settings, () => isReady());
  onStop(() => health.close());

  const password = settings.PONTAGE_NATS_PASSWORD;
  const bus = await Bus.connect({ service: 'resource-registry', url: natsUrl, password, logger });
  await startRegistry({
    bus,
    databaseUrl,
    regions: settings.PONTAGE_REGIONS,
    adminTokenHash: settings.PONTAGE_ADMIN_TOKEN_SHA256,
    adminPassword: takeAdminPassword(settings),
    sessions: new SessionLives(
      settings.PONTAGE_SESSION_IDLE_MINUTES * 60_000,
      settings.PONTAGE_SESSION_HOURS * 3_600_000,
    ),
    logger,
    onStop,
  });
  isReady = () => bus.isAlive;
  onStop(() => void (isReady = () => false));
  return { healthPort: health.port };
});

import { pathToFileURL } from 'node:url';
import { bundleOf } from '../launcher/bundles.js';
import { joinLocal } from '../launcher/join-local.js';
import { launcherSettings } from '../launcher/launcher-settings.js';

/**
 * Becomes an egress worker of this region. The bus and its password come from the environment, as for any service, or from
 * the data folder of a Pontage on this machine.
 */
export async function startWorker(region: string): Promise<void> {
  const { env } = process;
  if (env.PONTAGE_NATS_URL === undefined) {
    const { PONTAGE_EGRESS_ALLOW: allowed, ...joined } = await joinLocal(
      launcherSettings(env).PONTAGE_DATA_DIR,
      region,
    );
    Object.assign(env, joined, { PONTAGE_EGRESS_ALLOW: env.PONTAGE_EGRESS_ALLOW ?? allowed });
  }
  env.PONTAGE_REGION = region;
  await import(pathToFileURL(bundleOf('egress-worker')).href);
}

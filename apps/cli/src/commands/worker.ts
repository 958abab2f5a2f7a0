import { pathToFileURL } from 'node:url';
import { bundleOf } from '../launcher/bundles.js';

/** Becomes an egress worker of this region. The bus and its password come from the environment, as for any service. */
export async function startWorker(region: string): Promise<void> {
  process.env.PONTAGE_REGION = region;
  await import(pathToFileURL(bundleOf('egress-worker')).href);
}

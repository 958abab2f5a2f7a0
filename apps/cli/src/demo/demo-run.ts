import { PontageClient } from '@pontage/client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoUpstream } from '../launcher/demo-upstream.js';
import { Launcher } from '../launcher/launcher.js';
import { untilToldToStop } from '../launcher/told-to-stop.js';
import { seedDemo, type DemoSeed } from './seed-demo.js';

/** A Pontage that was booted for a demo, with the demo set up in it. */
export interface DemoStage {
  /** Calls with the demo's API token. */
  readonly client: PontageClient;
  readonly seed: DemoSeed;
  readonly upstream: DemoUpstream;
  readonly dataDir: string;
}

const nobody: Companion = { env: {}, stop: () => Promise.resolve() };

/** What belongs to the person's own installation stays out of the demo's. */
const ownVariables = [
  'PONTAGE_BASE_URL',
  'PONTAGE_EMBED_URL',
  'PONTAGE_DATABASE_URL',
  'PONTAGE_NATS_URL',
  'PONTAGE_ADMIN_TOKEN',
  'PONTAGE_MASTER_KEY',
  'PONTAGE_MASTER_KEY_FILE',
  'PONTAGE_REGIONS',
  'PONTAGE_SURFACE',
];

/** What runs beside the demo's Pontage, and what the environment of that Pontage gets of it. */
export interface Companion {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Boots on free ports with data that is thrown away, plays, and takes everything down again.
 * @returns what `play` returned, or false when the run was interrupted
 */
export async function onDemoStage(
  play: (stage: DemoStage) => Promise<boolean>,
  report: (line: string) => void,
  beside: (dataDir: string, signal: AbortSignal) => Promise<Companion> = () => Promise.resolve(nobody),
): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pontage-demo-'));
  const env = {
    ...process.env,
    PONTAGE_HTTP_PORT: '0',
    PONTAGE_HTTP_HOST: '127.0.0.1',
    PONTAGE_DATA_DIR: dataDir,
    PONTAGE_DEMO: '1',
  };
  for (const name of ownVariables) delete (env as NodeJS.ProcessEnv)[name];
  const interrupted = untilToldToStop().then(() => false);
  report(`booting with data in ${dataDir}`);
  const giveUp = new AbortController();
  const companion = beside(dataDir, giveUp.signal);
  let launcher: Launcher | undefined;
  const played = (async () => {
    const { env: more } = await companion;
    giveUp.signal.throwIfAborted();
    launcher = new Launcher({ ...env, ...more }, report);
    const { localUrl, adminToken, upstream } = await launcher.start();
    if (upstream === undefined) throw new Error('the demo upstream is missing');
    const seed = await seedDemo(
      new PontageClient({ url: localUrl, token: adminToken }),
      upstream,
      launcher.folder.demoToken,
    );
    return play({ client: new PontageClient({ url: localUrl, token: seed.token }), seed, upstream, dataDir });
  })();
  played.catch(() => undefined);
  try {
    return await Promise.race([played, interrupted]);
  } finally {
    giveUp.abort();
    await launcher?.stop();
    await companion.then(({ stop }) => stop()).catch(() => undefined);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

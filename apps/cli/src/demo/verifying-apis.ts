import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf } from '../launcher/bundles.js';
import { commonEnvironment } from '../launcher/service-plan.js';
import { startChild } from '../launcher/start-child.js';
import type { Companion } from './demo-run.js';

/** An account at an API that verifies what it receives, as that API hands it out. */
export interface Account {
  readonly title: string;
  readonly baseUrl: string;
  readonly authentication: Readonly<Record<string, unknown>>;
  /** Fields that make the authentication a wrong one; null where nothing can be wrong. */
  readonly wrong: Readonly<Record<string, unknown>> | null;
  /** What a caller has to bring along. */
  readonly cookie?: string;
}

/** The process with the APIs, and the accounts at them. */
export interface VerifyingApis extends Companion {
  readonly accounts: readonly Account[];
}

/** Starts the APIs; the environment lets egress workers reach them, and trust the certificate of the one on HTTPS. */
export async function startVerifyingApis(dataDir: string, signal: AbortSignal): Promise<VerifyingApis> {
  const folder = join(dataDir, 'verifying-apis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const accountsFile = join(folder, 'accounts.json');
  const { stop } = await startChild({
    name: 'verifying-apis',
    bundle: bundleOf('examples/verifying-apis'),
    logFile: join(folder, 'verifying-apis.log'),
    signal,
    env: { ...commonEnvironment(), VERIFYING_ACCOUNTS_FILE: accountsFile },
  });
  const { ca, accounts, listening } = JSON.parse(readFileSync(accountsFile, 'utf8')) as {
    ca: string;
    accounts: Account[];
    listening: string[];
  };
  return { accounts, stop, env: { PONTAGE_EGRESS_ALLOW: listening.join(','), NODE_EXTRA_CA_CERTS: ca } };
}

import { readFileSync } from 'node:fs';
import { MasterKeys } from '@pontage/envelope';
import { busSettings } from '@pontage/settings';
import { z } from 'zod';
import { oidcSettings } from './member-sign-in/oidc-settings.js';
import { KeyRing } from './key/key-ring.js';

/** What the auth broker reads from its environment. */
export const brokerSettings = {
  ...busSettings,
  PONTAGE_DATABASE_URL: z.string().min(1),
  /** How the outside reaches the gateways: the issuer of identities. */
  PONTAGE_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .default('http://127.0.0.1:7400'),
  /** Key-encryption keys, `id:base64` each, newest first; or the file that holds them. */
  PONTAGE_MASTER_KEY: z.string().optional(),
  PONTAGE_MASTER_KEY_FILE: z.string().optional(),
  ...oidcSettings,
};

/** What its migration reads. */
export const migrationSettings = { PONTAGE_DATABASE_OWNER_URL: z.string().min(1) };

/** The schema, and the role that logs in to it. */
export const schema = 'auth_broker';

/**
 * The master keys that the environment names, and takes them out of it. Those of a file can be read anew.
 * @throws Error without one, with both sources, and with a key that is malformed or guessable: there is no default.
 */
export function keyRing(settings: {
  PONTAGE_MASTER_KEY?: string | undefined;
  PONTAGE_MASTER_KEY_FILE?: string | undefined;
}): KeyRing {
  const { PONTAGE_MASTER_KEY: text, PONTAGE_MASTER_KEY_FILE: file } = settings;
  delete process.env.PONTAGE_MASTER_KEY;
  if (text !== undefined && file !== undefined)
    throw new Error('PONTAGE_MASTER_KEY and PONTAGE_MASTER_KEY_FILE: only one of them');
  if (text !== undefined) return new KeyRing(MasterKeys.parse(text));
  if (file === undefined) throw new Error('a master key is needed: PONTAGE_MASTER_KEY or PONTAGE_MASTER_KEY_FILE');
  const read = () => MasterKeys.parse(readFileSync(file, 'utf8'));
  return new KeyRing(read(), read);
}

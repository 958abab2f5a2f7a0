// Writes the secrets of a new installation as an env file: random ones, since there are no default ones to forget.
//   node deploy/make-env.mjs > .env && chmod 600 .env
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

// nats-server reads the value as a piece of configuration: letters and digits, a letter first.
const password = () => `p${randomBytes(24).toString('hex')}`;
const users = readFileSync(new URL('nats/users.conf', import.meta.url), 'utf8');
const natsPasswords = [...users.matchAll(/password: \$(\w+)/g)].map(([, name]) => name);
const roles = ['PONTAGE_OWNER', 'RESOURCE_REGISTRY', 'AUTH_BROKER', 'EMBED_SESSION', 'AUDIT_LOG'];
const adminToken = `pontage_${randomBytes(32).toString('base64url')}`;

const lines = [
  ...natsPasswords.map((name) => `${name}=${password()}`),
  `POSTGRES_PASSWORD=${password()}`,
  ...roles.map((role) => `PONTAGE_DATABASE_PASSWORD_${role}=${password()}`),
  `PONTAGE_MASTER_KEY=k${Date.now().toString(36)}:${randomBytes(32).toString('base64')}`,
  `PONTAGE_ADMIN_TOKEN=${adminToken}`,
  `PONTAGE_ADMIN_TOKEN_SHA256=${createHash('sha256').update(adminToken).digest('hex')}`,
];
process.stdout.write(`${lines.join('\n')}\n`);

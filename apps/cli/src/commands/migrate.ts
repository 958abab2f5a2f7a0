import { databaseRoles, ownerRole, prepareDatabase } from '@pontage/backends';
import { readSettings } from '@pontage/settings';
import { z } from 'zod';
import { runMigrations } from '../launcher/run-migrations.js';

const variableOf = (role: string): string => `PONTAGE_DATABASE_PASSWORD_${role.toUpperCase()}`;

const shape = {
  /** A login that may create roles, and databases if this one is missing. */
  PONTAGE_DATABASE_URL: z.string().startsWith('postgres'),
  ...Object.fromEntries(databaseRoles.map((role) => [variableOf(role), z.string().min(16)])),
};

/** Makes the roles and the database, and runs every service's migrations: the job before a deployment. */
export async function migrate(): Promise<void> {
  const settings: Record<string, string> = readSettings(shape);
  const adminUrl = new URL(settings.PONTAGE_DATABASE_URL ?? '');
  const passwords = Object.fromEntries(databaseRoles.map((role) => [role, settings[variableOf(role)] ?? '']));
  await prepareDatabase(adminUrl.href, passwords, adminUrl.pathname.slice(1));
  const ownerUrl = new URL(adminUrl);
  ownerUrl.username = ownerRole;
  ownerUrl.password = passwords[ownerRole] ?? '';
  const ran = await runMigrations(adminUrl.href, ownerUrl.href);
  process.stdout.write(ran ? 'the schemas are up to date now\n' : 'the schemas were up to date\n');
}

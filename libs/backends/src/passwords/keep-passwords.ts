import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Passwords by the name of the user that logs in with them. */
export type Passwords = Readonly<Record<string, string>>;

/**
 * A random password. It begins with a letter and holds nothing but letters and digits: nats-server reads the value of
 * an environment variable as a piece of its configuration, where other texts may turn out to be numbers.
 */
export const newPassword = (): string => `p${randomBytes(24).toString('hex')}`;

/** Reads the passwords in `file` (mode 0600), makes those that are missing, and keeps them there. */
export function keepPasswords<Group extends string>(
  file: string,
  names: Readonly<Record<Group, readonly string[]>>,
): Readonly<Record<Group, Passwords>> {
  const kept = readJson(file);
  const groups = Object.entries<readonly string[]>(names).map(([group, users]) => [
    group,
    { ...Object.fromEntries(users.map((user) => [user, newPassword()])), ...kept[group] },
  ]);
  const all = { ...kept, ...Object.fromEntries(groups) } as Record<Group, Passwords>;
  if (JSON.stringify(all) !== JSON.stringify(kept)) writePrivately(file, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

/** Writes a file that only we may read, all of it or nothing. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

function readJson(file: string): Record<string, Passwords> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Passwords>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

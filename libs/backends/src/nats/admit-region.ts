import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { busUser } from '@pontage/contracts/permissions';
import { writePrivately } from '../passwords/keep-passwords.js';
import { natsPasswordVariable, natsUsersConfig } from './nats-users.js';

/**
 * Lets workers of another region log in to the server that runs in this folder, which reads its configuration anew. One of
 * a region that it knows changes nothing.
 */
export function admitRegion(dir: string, region: string, password: string): void {
  const file = join(dir, 'nats-server.conf');
  const text = readFileSync(file, 'utf8');
  const user = busUser('egress-worker', region);
  if (text.includes(`user: "${user}"`)) return;
  const known = [...text.matchAll(/user: "egress-([^"]+)"/g)].flatMap(([, id]) => (id === undefined ? [] : [id]));
  // The server's environment holds the passwords of its start and no others: those of later users stand in its file.
  const later = [...text.matchAll(/user: "([^"]+)"\s+password: "([^"]+)"/g)].map(([, name = '', word = '']) => ({
    name,
    word,
  }));
  const users = [...later, { name: user, word: password }].reduce(
    (config, { name, word }) =>
      config.replace(`password: $${natsPasswordVariable(name)}\n`, () => `password: "${word}"\n`),
    natsUsersConfig([...known, region]),
  );
  writePrivately(file, text.slice(0, text.indexOf('authorization {')) + users);
  process.kill(Number(readFileSync(join(dir, 'nats-server.pid'), 'utf8')), 'SIGHUP');
}

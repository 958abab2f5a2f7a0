import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { services } from '@pontage/contracts';
import { root, sources, textOf } from '../tree.js';

const run = promisify(execFile);

interface End {
  readonly code: number;
  readonly said: string;
}

/** Starts a service as production does, with this environment and nothing else. */
async function start(service: string, env: Record<string, string>): Promise<End> {
  const bundle = join(root, 'apps', service, 'dist', 'bundle', 'main.mjs');
  return run(process.execPath, [bundle], { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 20_000 }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? -1,
      said: `${error.stdout}${error.stderr}`,
    }),
  );
}

const secret = 'hush-hush-4711';
/** Nobody listens there: a start that gets past its settings would wait. */
const bus = { PONTAGE_NATS_URL: 'nats://127.0.0.1:9', PONTAGE_NATS_PASSWORD: secret };
const database = { PONTAGE_DATABASE_URL: `postgres://auth_broker:${secret}@127.0.0.1:9/pontage` };
const key = (bytes: Uint8Array, id = 'k1'): string => `${id}:${Buffer.from(bytes).toString('base64')}`;
const good = key(randomBytes(32));

describe('a start without what it needs', () => {
  it.each(services)(
    'is refused by %s, which names everything that is missing and no value',
    async (service) => {
      const { code, said } = await start(service, { PONTAGE_NATS_PASSWORD: '', PONTAGE_HEALTH_PORT: secret });
      expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('settings are not valid') });
      expect(said).toContain('PONTAGE_NATS_URL');
      expect(said).toContain('PONTAGE_NATS_PASSWORD');
      expect(said).toContain('PONTAGE_HEALTH_PORT');
      expect(said).not.toContain(secret);
    },
    30_000,
  );

  it('says in one line what is wrong, whatever it is', async () => {
    const { code, said } = await start('query-proxy', { ...bus, PONTAGE_LOG_LEVEL: 'loud' });
    expect({ code, lines: said.trim().split('\n') }).toEqual({
      code: 1,
      lines: [expect.stringContaining('PONTAGE_LOG_LEVEL')],
    });
  }, 30_000);

  it.each<[string, Record<string, string>]>([
    ['no master key', {}],
    ['an empty one', { PONTAGE_MASTER_KEY: '' }],
    ['two sources of them', { PONTAGE_MASTER_KEY: good, PONTAGE_MASTER_KEY_FILE: '/dev/null' }],
    ['a key of zeros', { PONTAGE_MASTER_KEY: key(new Uint8Array(32)) }],
    ['a key that somebody typed', { PONTAGE_MASTER_KEY: key(Buffer.from('change-me-change-me-change-me-32')) }],
    ['a key that counts', { PONTAGE_MASTER_KEY: key(Uint8Array.from({ length: 32 }, (_, index) => index)) }],
    ['a key that is too short', { PONTAGE_MASTER_KEY: key(randomBytes(16)) }],
    ['a good key and a bad one', { PONTAGE_MASTER_KEY: `${good},${key(new Uint8Array(32), 'k2')}` }],
    ['two keys of one id', { PONTAGE_MASTER_KEY: `${good},${key(randomBytes(32))}` }],
    ['an empty file', { PONTAGE_MASTER_KEY_FILE: '/dev/null' }],
    ['a file that is not there', { PONTAGE_MASTER_KEY_FILE: '/nowhere/master-key' }],
  ])(
    'is refused by auth-broker with %s',
    async (_, keys) => {
      const { code, said } = await start('auth-broker', { ...bus, ...database, ...keys });
      expect(code).toBe(1);
      expect(said).toMatch(/master key|MASTER_KEY|master-key/);
      for (const value of [
        secret,
        ...Object.values(keys)
          .flatMap((text) => text.split(','))
          .map((entry) => entry.split(':')[1] ?? ''),
      ])
        if (value !== '') expect(said).not.toContain(value);
    },
    30_000,
  );
});

describe('a process that is no egress worker', () => {
  it('guards itself against every socket but those to NATS and PostgreSQL', () => {
    const guarded = services.filter((service) =>
      sources.some((path) => path.startsWith(`apps/${service}/`) && /\bguardOutbound\(/.test(textOf(path))),
    );
    expect(guarded).toEqual(services.filter((service) => service !== 'egress-worker'));
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const run = (script: string, env: Record<string, string> = {}): string =>
  spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  }).stderr;
const log = (statement: string): string =>
  run(
    `const { createLogger, liveSecrets } = await import('./libs/telemetry/dist/index.js'); const logger = createLogger('probe', 'debug'); ${statement}; logger.flush();`,
  );

describe('createLogger', () => {
  it('masks what is named like a secret, however deep', () => {
    const line = log(
      `logger.info({ request: { headers: { authorization: 'Bearer s3cret' } }, password: 's3cret' }, 'asked')`,
    );
    expect(line).toContain('[masked]');
    expect(line).not.toContain('s3cret');
  });

  it('leaves out the statement and the parameters that a driver hangs on an error', () => {
    const line = log(
      `logger.error({ err: Object.assign(new Error('failed'), { query: 'insert s3cret', parameters: ['s3cret'] }) }, 'failed')`,
    );
    expect(line).toContain('"message":"failed"');
    expect(line).not.toContain('s3cret');
  });

  it('leaves out what the runtime and libraries repeat of what they were given', () => {
    const lines = log(`
      const { createPrivateKey } = await import('node:crypto');
      const attempts = [
        () => JSON.parse('{"a":s3cret-text-beyond'),
        () => JSON.parse('s3cret'),
        () => new Headers().append('x', 's3cret\\u0000'),
        () => new Headers().append('s3cret name', 'x'),
        () => Buffer.from('x', 's3cret'),
        () => createPrivateKey({ key: 's3cret', format: 's3cret' }),
      ];
      for (const attempt of attempts) { try { attempt(); } catch (err) { logger.error({ err: new Error('outer', { cause: err }) }, 'failed'); } }`);
    expect(lines.trim().split('\n').length).toBeGreaterThanOrEqual(5);
    expect(lines).toContain('is not valid JSON');
    expect(lines).not.toContain('s3cret-text');
    for (const line of lines.trim().split('\n')) {
      const { err } = JSON.parse(line) as { err: { cause: { message: string } } };
      if (!/encoding/i.test(err.cause.message)) expect(err.cause.message).not.toContain('s3cret');
    }
  });

  it('masks a live secret in message, error, stack, cause and fields, at every level', () => {
    const lines = log(`
      const secret = 'live-secret-0123';
      liveSecrets.note('org', [secret], 300_000);
      const err = new Error('refused ' + secret, { cause: new Error('for ' + encodeURIComponent(secret)) });
      for (const level of ['debug', 'info', 'warn', 'error', 'fatal'])
        logger[level]({ err, deep: { list: [{ url: 'https://x/?k=' + secret }] }, [secret]: 1 }, 'said %s', Buffer.from(secret).toString('base64'))`);
    expect(lines.trim().split('\n')).toHaveLength(5);
    expect(lines).not.toMatch(/live-secret|bGl2ZS1zZWNyZXQ/);
    for (const line of lines.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        err: { message: 'refused ***' },
        msg: expect.stringContaining('said ***'),
      });
  });
});

describe('a service that dies', () => {
  const service = (start: string) =>
    run(
      `const { runService, liveSecrets } = await import('./libs/telemetry/dist/index.js');
       liveSecrets.note('org', ['live-secret-0123'], 300_000);
       runService('probe', async () => { ${start}; await new Promise(() => setTimeout(() => undefined, 1000)); });`,
      { PONTAGE_NATS_PASSWORD: 'own-secret-0123', PONTAGE_DATABASE_URL: 'postgres://u:own%2Dsecret-4567@h/d' },
    );

  it.each([
    ['an error nobody caught', `setTimeout(() => { throw new Error('live-secret-0123 own-secret-0123') })`],
    ['a rejection nobody caught', `void Promise.reject(new Error('live-secret-0123 own-secret-4567'))`],
    [
      'a warning of the runtime',
      `process.emitWarning('live-secret-0123 own-secret-0123'); setTimeout(() => process.exit(), 300)`,
    ],
    ['the start failed', `throw new Error('live-secret-0123 own-secret-0123')`],
  ])('says no secret in %s, and not what it logs in with', (message, start) => {
    const lines = service(start);
    expect(lines).toContain(message);
    expect(lines).toContain('*** ***');
    expect(lines).not.toMatch(/secret-\d/);
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const log = (statement: string): string => {
  const script = `const { createLogger } = await import('./libs/telemetry/dist/logger.js'); const logger = createLogger('probe'); ${statement}; logger.flush();`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stderr;
};

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
});

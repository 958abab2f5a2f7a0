import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LiveSecrets, thisProcess } from './live-secrets.js';

const secret = 'p~q/"r s+t&ü-0123456789';
const longMs = 300_000;

describe('LiveSecrets', () => {
  it('masks a secret in every spelling, wherever it stands', () => {
    const secrets = new LiveSecrets();
    secrets.note('a', [secret], longMs);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const forms = [
      secret,
      JSON.stringify(secret),
      JSON.stringify(JSON.stringify({ secret })),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString(),
      base64(`user:${secret}`),
      base64(`user1:${secret}`),
      Buffer.from(`user12:${secret}`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
    ];
    for (const form of forms) {
      const text = secrets.mask(`before ${form} after`)?.text ?? '';
      expect(text).toMatch(/^before .*\*\*\*.* after$/);
      expect(text).not.toContain('0123456');
    }
    expect(secrets.mask(`Basic ${base64(`u:${secret}`)}, ${base64(`ux:${secret}`)}`)?.text).toMatch(
      /^Basic .{2,4}\*\*\*, .{2,4}\*\*\*$/,
    );
    expect(secrets.mask('nothing of the kind')).toBeUndefined();
  });

  it('masks overlapping secrets once, and says whose they are', () => {
    const secrets = new LiveSecrets();
    secrets.note('a', ['abcdefgh'], longMs);
    secrets.note('b', ['efghijkl'], longMs);
    const masked = secrets.mask('abcdefghijkl, abcdefgh');
    expect(masked?.text).toBe('***, ***');
    expect([...(masked?.owners ?? [])]).toEqual(['a', 'b']);
    expect(secrets.mask('abcdefghijkl', { owner: 'b' })?.text).toBe('abcd***');
    expect(secrets.mask('abcdefgh', { owner: 'b' })).toBeUndefined();
  });

  it('passes over ordinary words: texts of fewer than six characters', () => {
    const secrets = new LiveSecrets();
    secrets.note('a', ['', 'admin'], longMs);
    expect(secrets.mask('an admin')).toBeUndefined();
  });

  it('forgets a secret when its time is over, for each owner by itself', () => {
    let now = 1;
    const secrets = new LiveSecrets(() => now);
    secrets.note('a', ['abcdefgh'], 100_000);
    secrets.note('b', ['abcdefgh'], 200_000);
    now += 150_000;
    expect([...(secrets.mask('abcdefgh')?.owners ?? [])]).toEqual(['b']);
    now += 100_000;
    expect(secrets.mask('abcdefgh')).toBeUndefined();
  });

  it('finds a line of a key, and a part of what is very long', () => {
    const secrets = new LiveSecrets();
    const body = Array.from({ length: 4 }, () => randomBytes(48).toString('base64'));
    const key = `-----BEGIN PRIVATE KEY-----\n${body.join('\n')}\n-----END PRIVATE KEY-----\n`;
    const long = randomBytes(4096).toString('hex');
    secrets.note('a', [JSON.stringify({ client_email: 'a@b', private_key: key }), long], longMs);
    expect(secrets.mask(`near ${body[2]}`)?.text).toBe('near ***');
    expect(secrets.mask(`near ${long.slice(1000, 4000)}`)?.text).toContain('***');
    expect(secrets.mask('-----BEGIN PRIVATE KEY-----')).toBeUndefined();
  });

  it('asks its sources, and searches no longer for what they no longer name', () => {
    const secrets = new LiveSecrets();
    let texts = ['passing-by'];
    secrets.askAlso(() => [{ owner: 'a', texts }]);
    expect(secrets.mask('it is passing-by')?.text).toBe('it is ***');
    expect(secrets.mask('it is passing-by', { atOnce: true })).toBeUndefined();
    texts = [];
    expect(secrets.mask('it is passing-by')).toBeUndefined();
  });

  it('keeps a bounded number: brief ones push out no lasting ones, and nothing pushes out its own', () => {
    const secrets = new LiveSecrets();
    secrets.note(thisProcess, ['own-password'], Infinity);
    secrets.note('a', ['lasting-secret'], longMs);
    for (let count = 0; count < 10_000; count += 1) secrets.note('b', [randomUUID()], 1_000);
    expect(secrets.mask('lasting-secret')?.text).toBe('***');
    for (let count = 0; count < 10_000; count += 1) secrets.note('b', [randomUUID()], longMs);
    expect(secrets.mask('lasting-secret')).toBeUndefined();
    expect(secrets.mask('own-password')?.text).toBe('***');
  });

  it('costs by the length of the text, not by the number of secrets', () => {
    const secrets = new LiveSecrets();
    secrets.note(
      'a',
      Array.from({ length: 1000 }, () => `sk-${randomUUID()}`),
      longMs,
    );
    const line = JSON.stringify({
      level: 30,
      service: 'x',
      requestId: randomUUID(),
      message: 'a line like any '.repeat(20),
    });
    const times = Array.from({ length: 9 }, () => {
      const startedAt = performance.now();
      for (let count = 0; count < 500; count += 1) secrets.mask(line);
      return ((performance.now() - startedAt) / 500) * 1000;
    }).sort((a, b) => a - b);
    const [best = 0] = times;
    process.stdout.write(`scan: a line of ${line.length} characters, 1000 live secrets: ${best.toFixed(1)} µs\n`);
    expect(best).toBeLessThan(100);
  });
});

it('passes over a text that is a template alone, which stands in readable settings too', () => {
  const secrets = new LiveSecrets();
  secrets.note('org', ['{{ config.HELD }}', 'x-{{ config.HELD }}'], 60_000);
  expect(secrets.mask('/check?key={{ config.HELD }}')).toBeUndefined();
  expect(secrets.mask('a x-{{ config.HELD }}')?.text).toBe('a ***');
});

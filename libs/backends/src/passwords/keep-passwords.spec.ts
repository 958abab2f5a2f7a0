import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepPasswords, newPassword } from './keep-passwords.js';

describe('keepPasswords', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'passwords-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes what is missing, and changes nothing that is there', () => {
    const file = join(folder, 'below', 'secrets.json');
    const first = keepPasswords(file, { nats: ['gateway'], postgres: ['audit_log'] });
    const second = keepPasswords(file, { nats: ['gateway', 'egress-eu'], postgres: ['audit_log'] });
    expect(second.nats.gateway).toBe(first.nats.gateway);
    expect(second.postgres).toEqual(first.postgres);
    expect(second.nats['egress-eu']).toMatch(/^p[0-9a-f]{48}$/);
    expect(keepPasswords(file, { nats: [], postgres: [] })).toEqual(second);
  });

  it('keeps them where only we can read them', () => {
    const file = join(folder, 'secrets.json');
    keepPasswords(file, { nats: ['gateway'] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses a file that it does not understand, rather than lose what is in it', () => {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, '{"nats":');
    expect(() => keepPasswords(file, { nats: ['gateway'] })).toThrow(/cannot be read/);
    expect(readFileSync(file, 'utf8')).toBe('{"nats":');
  });

  it('begins every password with a letter, since nats-server reads it as configuration', () => {
    for (let index = 0; index < 100; index += 1) expect(newPassword()).toMatch(/^[a-z][0-9a-z]{40,}$/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { environmentOf, planServices } from './service-plan.js';

const input = {
  regions: ['us-west-2', 'eu-central-1'],
  adminTokenSha256: 'the hash',
  adminPassword: 'the password',
  masterKey: { PONTAGE_MASTER_KEY_FILE: '/keys/master-key' },
  checkpoints: '/data/audit-checkpoints',
  egressAllow: '127.0.0.1:9',
  bulk: '/data/bulk',
  gateway: { PONTAGE_HTTP_PORT: '7400' },
  env: { PONTAGE_SURFACE: 'internal', PONTAGE_ADMIN_TOKEN: 'a secret' },
};
const planned = planServices(input);
const bus = {
  url: 'nats://127.0.0.1:1',
  passwords: { gateway: 'pw-gateway', 'egress-us-west-2': 'pw-west', operator: 'pw-operator' },
};
const env = {
  PATH: '/bin',
  PONTAGE_ADMIN_TOKEN: 'a secret',
  PONTAGE_MASTER_KEY: 'a key',
  AWS_SECRET_ACCESS_KEY: 'somebody else’s',
};
const environments = planned.map(
  (each) => [each.name, environmentOf(each, bus, each.role && `postgres://${each.role}`, env)] as const,
);

describe('planServices', () => {
  it('has a worker for each region and one process of everything else', () => {
    expect(planned.map(({ name }) => name)).toEqual([
      'gateway',
      'query-proxy',
      'egress-worker (us-west-2)',
      'egress-worker (eu-central-1)',
      'auth-broker',
      'embed-session',
      'resource-registry',
      'audit-log',
    ]);
  });

  it('drains those first whom nobody calls any more, and the record last', () => {
    const order = [...planned].sort((a, b) => a.drain - b.drain).map(({ service }) => service);
    expect(order[0]).toBe('gateway');
    expect(order.indexOf('query-proxy')).toBeLessThan(order.indexOf('egress-worker'));
    expect(order.at(-1)).toBe('audit-log');
  });
});

describe('environmentOf', () => {
  it('gives each process its own password and nobody the operator’s', () => {
    const passwords = Object.fromEntries(environments.map(([name, each]) => [name, each.PONTAGE_NATS_PASSWORD]));
    expect(passwords.gateway).toBe('pw-gateway');
    expect(passwords['egress-worker (us-west-2)']).toBe('pw-west');
    expect(JSON.stringify(environments)).not.toContain('pw-operator');
  });

  it('gives the first member’s password to the registry alone, and the provider’s secret to the broker alone', () => {
    const oidc = { PONTAGE_OIDC_ISSUER: 'https://id.example', PONTAGE_OIDC_CLIENT_SECRET: 'the client secret' };
    const all = planServices({ ...input, env: oidc }).map(
      (each) => [each.name, environmentOf(each, bus, '', {})] as const,
    );
    const holders = (text: string) =>
      all.filter(([, each]) => Object.values(each).includes(text)).map(([name]) => name);
    expect(holders('the password')).toEqual(['resource-registry']);
    expect(holders('the client secret')).toEqual(['auth-broker']);
    expect(holders('https://id.example')).toEqual(['gateway', 'auth-broker']);
  });

  it('gives the master key to the broker, and a database to those who keep state', () => {
    const holders = (variable: string): string[] =>
      environments.filter(([, each]) => each[variable] !== undefined).map(([name]) => name);
    expect(holders('PONTAGE_MASTER_KEY_FILE')).toEqual(['auth-broker']);
    expect(holders('PONTAGE_DATABASE_URL')).toEqual(['auth-broker', 'embed-session', 'resource-registry', 'audit-log']);
    expect(holders('PONTAGE_BULK_DIR')).toEqual([
      'gateway',
      'egress-worker (us-west-2)',
      'egress-worker (eu-central-1)',
    ]);
    expect(holders('PONTAGE_EGRESS_ALLOW')).toEqual(['egress-worker (us-west-2)', 'egress-worker (eu-central-1)']);
  });

  it('gives those on the query path room for what is short-lived, and leaves the last word to NODE_OPTIONS', () => {
    const own = planServices({ ...input, env: { NODE_OPTIONS: '--max-semi-space-size=8' } });
    const options = own.flatMap(({ name, env: { NODE_OPTIONS } }) =>
      NODE_OPTIONS === undefined ? [] : [[name, NODE_OPTIONS]],
    );
    const both = '--max-semi-space-size=32 --max-semi-space-size=8';
    expect(options).toEqual([
      ['gateway', both],
      ['query-proxy', both],
      ['egress-worker (us-west-2)', both],
      ['egress-worker (eu-central-1)', both],
    ]);
  });

  it('hands down nothing else of the launcher’s environment', () => {
    expect(JSON.stringify(environments)).not.toMatch(/a secret|a key|somebody else/);
  });
});

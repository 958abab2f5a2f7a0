import { describe, expect, it } from '@jest/globals';
import { natsPasswordVariable, natsUserNames, natsUsersConfig } from './nats-users.js';

const regions = ['us-west-2', 'eu-central-1'];

describe('natsUsersConfig', () => {
  const config = natsUsersConfig(regions);

  it('has a user for each service, one for the worker of each region, and the operator', () => {
    const names = [...config.matchAll(/^ {6}user: "(.+)"$/gm)].map(([, name]) => name);
    expect(names).toEqual(natsUserNames(regions));
    expect(names).toContain('egress-us-west-2');
    expect(names).not.toContain('egress-worker');
  });

  it('holds no password, only where it comes from', () => {
    const passwords = [...config.matchAll(/^ {6}password: (.+)$/gm)].map(([, value]) => value);
    expect(passwords).toEqual(natsUserNames(regions).map((name) => `$${natsPasswordVariable(name)}`));
    expect(natsPasswordVariable('egress-us-west-2')).toBe('PONTAGE_NATS_PASSWORD_EGRESS_US_WEST_2');
  });

  it('lets nobody choose the subject of an answer', () => {
    expect(config).not.toContain('allow_responses');
  });
});

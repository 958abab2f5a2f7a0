import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@pontage/settings';
import { workerSettings } from './settings.js';

const required = { PONTAGE_NATS_URL: 'nats://127.0.0.1', PONTAGE_NATS_PASSWORD: 'p', PONTAGE_REGION: 'eu-central-1' };
const read = (more: Record<string, string> = {}) => readSettings(workerSettings, { ...required, ...more });

describe('the settings of a worker', () => {
  it('allow nothing by default', () => {
    expect(read()).toMatchObject({ PONTAGE_EGRESS_ALLOW: [], PONTAGE_OUTBOUND_IPS: [], PONTAGE_EGRESS_CAPACITY: 256 });
  });

  it('read lists', () => {
    const settings = read({
      PONTAGE_OUTBOUND_IPS: '192.0.2.1, 192.0.2.8/30',
      PONTAGE_EGRESS_ALLOW: '127.0.0.1:4010,10.0.0.0/8',
      PONTAGE_EGRESS_DNS: '127.0.0.1:53',
      PONTAGE_EGRESS_BIND: '::1',
    });
    expect(settings.PONTAGE_OUTBOUND_IPS).toEqual(['192.0.2.1', '192.0.2.8/30']);
    expect(settings.PONTAGE_EGRESS_ALLOW).toHaveLength(2);
  });

  it.each([
    ['PONTAGE_EGRESS_ALLOW', '10.0.0.0/99'],
    ['PONTAGE_EGRESS_BIND', 'eth0'],
    ['PONTAGE_EGRESS_DNS', 'dns.example:53'],
    ['PONTAGE_EGRESS_CAPACITY', '0'],
    ['PONTAGE_REGION', 'EU West'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name);
  });
});

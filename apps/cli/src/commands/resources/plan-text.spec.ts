import { describe, expect, it } from '@jest/globals';
import { planText, type Change } from './plan-text.js';

const change = (more: Partial<Change>): Change => ({
  name: 'orders',
  action: 'update',
  id: null,
  version: 3,
  differences: [],
  ...more,
});
const view = (fingerprint: string) => ({ set: true, fingerprint });

describe('planText', () => {
  it('tells what changes, field by field', () => {
    const differences = [
      { pointer: '/baseUrl', from: 'https://a.example', to: 'https://b.example' },
      { pointer: '/headers/0/1', from: null, to: '2' },
      { pointer: '/environments/staging/a~1b~0c', from: 1, to: null },
    ];
    expect(planText([change({ differences })])).toBe(
      [
        '~ orders: update (version 3)',
        '    baseUrl: "https://a.example" → "https://b.example"',
        '    headers[0][1]: nothing → "2"',
        '    environments.staging.a/b~c: 1 → nothing',
        '1 to update',
      ].join('\n'),
    );
  });

  it('tells of a secret that it has changed, come or gone, once and without its fingerprint', () => {
    const differences = [
      { pointer: '/authentication/token/fingerprint', from: 'f1', to: 'f2' },
      { pointer: '/authentication/password', from: null, to: view('f3') },
      { pointer: '/headers/1/1', from: view('f4'), to: null },
      { pointer: '/cookies/0/1', from: 'plain', to: view('f5') },
    ];
    const text = planText([change({ differences })]);
    expect(text.split('\n').slice(1, 5)).toEqual([
      '    authentication.token: secret changed',
      '    authentication.password: secret added',
      '    headers[1][1]: secret removed',
      '    cookies[0][1]: secret changed',
    ]);
    expect(text).not.toMatch(/f[1-5]/);
  });

  it('counts what stays, and cuts what is long', () => {
    const same = change({ action: 'none' });
    expect(planText([same, same])).toBe('2 unchanged');
    expect(planText([])).toBe('nothing to do');
    const differences = [{ pointer: '/tls/ca', from: null, to: 'x'.repeat(500) }];
    const text = planText([change({ differences }), change({ action: 'delete', name: 'old' }), same]);
    expect(text).toContain(`tls.ca: nothing → "${'x'.repeat(59)}…`);
    expect(text.split('\n').slice(-2)).toEqual(['- old: delete (version 3)', '1 to update, 1 to delete; 1 unchanged']);
  });
});

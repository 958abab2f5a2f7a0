import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resourceDraft } from '@pontage/contracts/resource-registry';
import { checkSettings } from './check-settings.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../../../../examples/verifying-apis/certificates/${name}`, import.meta.url), 'utf8');
const check = (more: object) => () =>
  checkSettings(resourceDraft.parse({ name: 'orders', baseUrl: 'https://a.example/v1', ...more }));
const faultAt = (pointer: string, detail: RegExp = /./): unknown =>
  expect.objectContaining({
    slug: 'invalid-request',
    errors: [{ pointer, detail: expect.stringMatching(detail) as unknown }],
  });

describe('checkSettings', () => {
  it('looks at what environments have of their own as well, and points there', () => {
    const staging = (own: object) => check({ environments: { staging: own } });
    expect(staging({ urlParams: [['a', '{{ config.A }}']] })).not.toThrow();
    expect(staging({ urlParams: [['a', '{{ 1 }}']] })).toThrow(faultAt('/environments/staging/urlParams/0/1'));
    expect(staging({ baseUrl: 'https://s.example/{{ x() }}' })).toThrow(faultAt('/environments/staging/baseUrl'));
    expect(staging({ headers: [['Authorization', 'Bearer t']] })).toThrow(
      faultAt('/environments/staging/headers/0/1', /sealed/),
    );
    expect(staging({ tls: { ca: pem('expired.pem') } })).toThrow(faultAt('/environments/staging/tls/ca', /expired/));
  });

  it('takes templates in the path and query of a base URL, and none that decides where secrets go', () => {
    expect(check({ baseUrl: 'https://a.example/{{ config.A }}?b={{ params.b }}' })).not.toThrow();
    for (const authority of ['{{config.HOST}}', '{{config.HOST}}.a.example'])
      expect(check({ baseUrl: `https://${authority}/` })).toThrow(expect.objectContaining({ slug: 'invalid-request' }));
    expect(check({ environments: { staging: { baseUrl: 'https://{{params.x}}/' } } })).toThrow(
      faultAt('/environments/staging/baseUrl', /path and query/),
    );
  });

  it('judges a COOKIE_ placeholder by the cookies of its environment', () => {
    const headers = [['X-Csrf', 'COOKIE_csrf']];
    expect(check({ environments: { staging: { headers, cookiesToForward: ['csrf'] } } })).not.toThrow();
    expect(check({ cookiesToForward: ['csrf'], environments: { staging: { headers } } })).not.toThrow();
    const without = { headers, cookiesToForward: ['csrf'], environments: { staging: { cookiesToForward: ['sid'] } } };
    expect(check(without)).toThrow(faultAt('/environments/staging/headers/0/1', /COOKIE_csrf/));
  });

  it('names every field whose template cannot be resolved', () => {
    const faulty = {
      urlParams: [['a', '{{ 1 }}']],
      headers: [['B', '{{ b() }}']],
      body: [['c', '{{ x.y }}']],
      cookies: [['d', '{{ window }}']],
    };
    expect(check(faulty)).toThrow(
      expect.objectContaining({
        errors: ['/urlParams/0/1', '/headers/0/1', '/body/0/1', '/cookies/0/1'].map((pointer): unknown =>
          expect.objectContaining({ pointer }),
        ),
      }),
    );
  });

  it('refuses certificates that do not parse, that have expired, and keys where they do not belong', () => {
    expect(check({ tls: { ca: pem('ca.pem') } })).not.toThrow();
    expect(check({ tls: { ca: pem('ca.pem') + pem('self-signed.pem') } })).not.toThrow();
    expect(check({ tls: { ca: pem('expired.pem') } })).toThrow(faultAt('/tls/ca', /expired on \d{4}-/));
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(check({ tls: { ca: broken } })).toThrow(faultAt('/tls/ca', /does not parse/));
    expect(check({ tls: { ca: pem('localhost.key') } })).toThrow(faultAt('/tls/ca', /no certificate/));
    expect(check({ tls: { ca: pem('ca.pem') + pem('localhost.key') } })).toThrow(faultAt('/tls/ca', /private key/));
    const clientKey = { draft: 's0' };
    expect(check({ tls: { clientCertificate: pem('expired.pem'), clientKey } })).toThrow(
      faultAt('/tls/clientCertificate', /expired/),
    );
  });

  it('refuses a COOKIE_ placeholder for a cookie that is never sent', () => {
    const headers = [['X-Csrf', 'COOKIE_csrftoken']];
    expect(check({ headers })).toThrow(faultAt('/headers/0/1', /cookiesToForward/));
    expect(check({ headers, cookiesToForward: ['csrftoken'] })).not.toThrow();
    expect(check({ headers, cookies: [['csrftoken', 'x']] })).not.toThrow();
    expect(check({ headers, forwardAllCookies: true })).not.toThrow();
    expect(check({ headers: [['X-A', 'MY_COOKIE_a {{ params.COOKIE_b }}']] })).not.toThrow();
  });

  it('leaves the header that says who called to itself', () => {
    const identityHeader = { name: 'X-User' };
    expect(check({ identityHeader, headers: [['X-Users', 'a']] })).not.toThrow();
    for (const name of ['x-user', 'X_User'])
      expect(
        check({
          identityHeader,
          headers: [
            ['A', 'b'],
            [name, 'c'],
          ],
        }),
      ).toThrow(faultAt('/headers/1/0', /who called/));
    expect(check({ identityHeader, retries: { idempotencyKey: 'X-User' } })).toThrow(
      faultAt('/retries/idempotencyKey'),
    );
    const headers = [['X-User', 'c']];
    expect(check({ identityHeader, environments: { staging: { headers } } })).toThrow(
      faultAt('/environments/staging/headers/0/0'),
    );
    expect(check({ headers, environments: { staging: { identityHeader } } })).toThrow(
      faultAt('/environments/staging/identityHeader/name'),
    );
    expect(check({ identityHeader, environments: { staging: { headers, identityHeader: null } } })).not.toThrow();
  });

  it('takes no Authorization header in clear', () => {
    expect(check({ headers: [['authorization', 'Basic x']] })).toThrow(faultAt('/headers/0/1'));
    expect(check({ headers: [['Authorization', { draft: 's0' }]] })).not.toThrow();
  });
});

describe('the settings as they are parsed', () => {
  const faults = (more: object) =>
    resourceDraft
      .safeParse({ name: 'orders', baseUrl: 'https://a.example', ...more })
      .error?.issues.map(({ path }) => path.join('/'));

  it.each([
    [{ headers: [['Host', 'x']] }, 'headers/0/0'],
    [{ headers: [['A', 'b\r\nC: d']] }, 'headers/0/1'],
    [{ cookies: [['a b', 'c']] }, 'cookies/0/0'],
    [{ cookies: [['a', 'b; c']] }, 'cookies/0/1'],
    [{ cookiesToForward: ['__Host-pontage-x'] }, 'cookiesToForward/0'],
    [{ tls: { allowSelfSigned: true, ca: '-----BEGIN CERTIFICATE-----' } }, 'tls/allowSelfSigned'],
    [{ tls: { clientCertificate: '-----BEGIN CERTIFICATE-----' } }, 'tls/clientKey'],
    [{ tls: { clientKey: { draft: 's0' } } }, 'tls/clientCertificate'],
    [{ tls: { ca: 'no pem' } }, 'tls/ca'],
    [{ timeoutMs: 120_001 }, 'timeoutMs'],
    [{ limits: { responseBytes: 0 } }, 'limits/responseBytes'],
    [{ limits: { concurrency: 0 } }, 'limits/concurrency'],
    [{ limits: { perSecond: 0 } }, 'limits/perSecond'],
    [{ limits: { perMinute: 5 } }, 'limits'],
    [{ policy: { methods: ['TRACE'] } }, 'policy/methods/0'],
    [{ policy: { paths: ['orders'] } }, 'policy/paths/0'],
    [{ policy: { paths: ['/a/**/b/**'] } }, 'policy/paths/0'],
    [{ policy: { paths: ['/a*b*'] } }, 'policy/paths/0'],
    [{ policy: { paths: ['/a/../b'] } }, 'policy/paths/0'],
    [{ policy: { paths: ['/a%2fb'] } }, 'policy/paths/0'],
    [{ policy: { paths: ['/a//b'] } }, 'policy/paths/0'],
  ])('refuses %j at %s', (more, path) => {
    expect(faults(more)).toEqual([path]);
  });
});

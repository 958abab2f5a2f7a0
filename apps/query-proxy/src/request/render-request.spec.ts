import { describe, expect, it } from '@jest/globals';
import { queryRequest, type QueryRequest } from '@pontage/contracts/query-proxy';
import { isProblem } from '@pontage/problems';
import type { Scope } from '@pontage/templates';
import { resources } from '@pontage/contracts/snapshots';
import { renderRequest } from './render-request.js';

const resource = resources.value.parse({
  name: 'orders',
  description: '',
  type: 'rest',
  baseUrl: 'https://api.example.com/v1?key=base',
  region: null,
  urlParams: [['tenant', '{{ config.TENANT }}']],
  headers: [
    ['X-Api-Version', '2'],
    ['X-Who', '{{ current_user.email }}'],
  ],
  body: [['source', 'pontage']],
  timeoutMs: 1000,
  id: '7b0f7a2e-3c1c-4f0e-9c59-0d6d4f5b7a11',
  version: 1,
  credentialId: null,
  authMethod: 'none',
});
const scope: Scope = {
  config: { TENANT: 'ac&me' },
  current_user: {
    email: 'a@b.c',
    metadata: { store: 9223372036854775807n, evil: 'x\r\nX-Injected: 1', up: '../admin' },
  },
  params: { id: 'a/b', open: true },
};
const sources = { scope, queryScope: scope, sealed: {}, secretText: () => undefined, cookieLine: undefined };
const render = (query: Partial<QueryRequest>, on = resource) =>
  renderRequest(on, queryRequest.parse(query), sources).request;
const text = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString();

describe('renderRequest', () => {
  it('joins the resource with the query, each value encoded for its place', () => {
    const request = render({
      path: '/orders/{{ params.id }}?store={{ current_user.metadata.store }}',
      urlParams: [['q', 'a b']],
    });
    expect(request.url).toBe(
      'https://api.example.com/v1/orders/a%2Fb?key=base&tenant=ac%26me&store=9223372036854775807&q=a%20b',
    );
    expect(request.headers).toContainEqual(['X-Who', 'a@b.c']);
    expect(request.headers.find(([name]) => name === 'User-Agent')?.[1]).toMatch(/^Pontage\/\d/);
  });

  it('lets the query replace an inherited header and a default one', () => {
    const request = render({
      headers: [
        ['x-api-version', '3'],
        ['user-agent', 'mine'],
      ],
    });
    expect(request.headers.filter(([name]) => /version|agent/i.test(name))).toEqual([
      ['x-api-version', '3'],
      ['user-agent', 'mine'],
    ]);
  });

  it('keeps types and int64 in JSON, and adds the body pairs of the resource', () => {
    const request = render({
      method: 'POST',
      body: {
        type: 'json',
        value: { store: '{{ current_user.metadata.store }}', open: '{{ params.open }}', text: 'is {{ params.open }}' },
      },
    });
    expect(text(request.body)).toBe('{"source":"pontage","store":9223372036854775807,"open":true,"text":"is true"}');
    expect(request.headers).toContainEqual(['Content-Type', 'application/json']);
  });

  it('never sends the extra body with GET or HEAD', () => {
    expect(render({ method: 'GET' }).body).toBeUndefined();
    expect(render({ method: 'HEAD' }).body).toBeUndefined();
    expect(text(render({ method: 'POST' }).body)).toBe('{"source":"pontage"}');
  });

  it.each([
    [{ headers: [['X-A', '{{ current_user.metadata.evil }}']] }, '/headers/0/1'],
    [{ path: '/x/{{ current_user.metadata.missing }}' }, '/path'],
    [{ path: '/{{ params.id.constructor }}' }, '/path'],
    [{ path: '/x/{{ current_user.metadata.up }}' }, '/path'],
    [{ urlParams: [['a', '{{ params["__proto__"] }}']] }, '/urlParams/0/1'],
    [{ method: 'POST', body: { type: 'raw', value: 'text' } }, '/body'],
  ] as const)('refuses %j at %s', (query, pointer) => {
    const refusal = (() => {
      try {
        return render(query as unknown as Partial<QueryRequest>);
      } catch (error) {
        return error;
      }
    })();
    expect(isProblem(refusal) && refusal.errors[0]?.pointer).toBe(pointer);
  });
});

describe('a secret variable in the settings', () => {
  const secrets: Record<string, string> = { KEY: "s3cret/'1", HOST: 'Tenant-9' };
  const of = (settings: object) =>
    renderRequest(
      resources.value.parse({ ...resource, headers: [], urlParams: [], body: [], ...settings }),
      queryRequest.parse({ method: 'POST', path: '/x', body: { type: 'json', value: {} } }),
      {
        ...sources,
        scope: { config: { ...secrets, PLAIN: 'plain' } },
        queryScope: { config: { PLAIN: 'plain' } },
        secretText: (name) => secrets[name],
      },
    );

  it.each([
    [{ urlParams: [['key', '{{ config.KEY }}']] }, { queryParams: ['key'], headers: [] }],
    [{ headers: [['X-Key', 'Bearer {{ config.KEY }}']] }, { queryParams: [], headers: ['x-key'] }],
    [{ cookies: [['sid', '{{ config.KEY }}']] }, { queryParams: [], headers: ['cookie', 'cookie'] }],
    [{ body: [['key', '{{ config.KEY }}']] }, { queryParams: [], headers: [] }],
    [{ baseUrl: 'https://a.example/{{ config.KEY }}' }, { queryParams: [], headers: [] }],
    [{ baseUrl: 'https://a.example/?a=1&k=x-{{ config.KEY }}' }, { queryParams: ['k'], headers: [] }],
  ])('of %j is a secret of the request', (settings, places) => {
    const { secrets: noted } = of(settings);
    expect(noted.texts).toContain(secrets.KEY);
    expect({ queryParams: noted.queryParams, headers: noted.headers }).toEqual(places);
  });

  it('is known in the base URL as it stands there', () => {
    const path = of({ baseUrl: 'https://a.example/x-{{ config.KEY }}/v1?b=y{{ config.KEY }}' });
    expect(path.request.url).toBe("https://a.example/x-s3cret%2F'1/v1/x?b=ys3cret%2F%271");
    expect(path.secrets.urlTexts).toEqual(expect.arrayContaining(["x-s3cret%2F'1", 'ys3cret%2F%271']));
    const host = of({ baseUrl: 'https://{{config.HOST}}.a.example/' });
    expect(new URL(host.request.url).hostname).toBe('tenant-9.a.example');
    expect(host.secrets.urlTexts).toContain('tenant-9');
  });

  it('is none when the variable can be read', () => {
    const { secrets: noted } = of({
      headers: [['X-Plain', '{{ config.PLAIN }}']],
      baseUrl: 'https://{{config.PLAIN}}/',
    });
    expect([noted.texts, noted.urlTexts, noted.headers]).toEqual([[], [], []]);
  });

  it('that makes no URL is refused without saying so', () => {
    secrets.HOST = 'a b';
    const refusal = (() => {
      try {
        return of({ baseUrl: 'https://{{config.HOST}}/' });
      } catch (error) {
        return error;
      }
    })();
    expect(isProblem(refusal) && refusal.errors[0]?.pointer).toBe('/baseUrl');
    expect(JSON.stringify(refusal)).not.toMatch(/a( |%20)b/);
  });
});

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
const render = (query: Partial<QueryRequest>, on = resource) =>
  renderRequest(on, queryRequest.parse(query), { scope, sealed: {}, cookieLine: undefined }).request;
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

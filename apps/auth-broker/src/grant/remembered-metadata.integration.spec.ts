import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EgressFetch } from '@pontage/dispatch';
import { RememberedMetadata } from './remembered-metadata.js';
import { TokenEgress } from './token-egress.js';

class Straight extends TokenEgress {
  fetchFrom(): EgressFetch {
    return (url, init) => fetch(url, init as RequestInit);
  }
}

let server: Server;
let origin: string;
let answer: { status: number; text: string };
let asked: string[];

beforeEach(async () => {
  asked = [];
  answer = { status: 200, text: '{"issuer":"https://login.example"}' };
  server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('what a provider says of itself', () => {
  const egress = new RememberedMetadata(new Straight());
  const ask = async (path: string, init?: Parameters<EgressFetch>[1], org = 'one', region = 'eu') =>
    (await egress.fetchFrom(region, org)(`${origin}${path}`, init)).text();

  it.each([
    '/.well-known/openid-configuration',
    '/tenant/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/tenant',
  ])('is asked for once: %s', async (path) => {
    expect([await ask(path), await ask(path)]).toEqual([answer.text, answer.text]);
    expect(asked).toEqual([`GET ${path}`]);
  });

  it('is kept by organisation and region', async () => {
    const path = '/.well-known/openid-configuration';
    await ask(path);
    await ask(path, {}, 'another');
    await ask(path, {}, 'one', 'us');
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['a failure', 503, '{"issuer":"https://login.example"}'],
    ['no metadata', 200, '<html></html>'],
    ['metadata of nobody', 200, '{}'],
    ['null', 200, 'null'],
  ])('is asked for again after %s', async (_, status, text) => {
    answer = { status, text };
    await ask('/.well-known/openid-configuration');
    await ask('/.well-known/openid-configuration');
    expect(asked).toHaveLength(2);
  });

  it.each<[string, string, Parameters<EgressFetch>[1]]>([
    ['a token request', '/token', { method: 'POST', body: 'grant_type=refresh_token' }],
    ['a POST there', '/.well-known/openid-configuration', { method: 'POST' }],
    ['a request with a credential', '/.well-known/openid-configuration', { headers: { authorization: 'Bearer x' } }],
    ['another path', '/.well-known/openid-configuration/more', {}],
  ])('is not what is remembered of %s', async (_, path, init) => {
    await ask(path, init);
    await ask(path, init);
    expect(asked).toHaveLength(2);
  });
});

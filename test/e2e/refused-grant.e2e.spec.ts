import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';

/** Gives out tokens, and takes each of them twice. */
class Provider {
  readonly seen: [string, number][] = [];
  readonly server: Server;
  private given = 0;
  private uses = 0;

  constructor() {
    this.server = createServer((request, response) => {
      const answer = (status: number, json: object) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      request.resume().once('end', () => {
        if (request.url === '/token') {
          this.given += 1;
          this.uses = 0;
          return answer(200, { access_token: `t${this.given}`, token_type: 'bearer', expires_in: 3600 });
        }
        this.uses += 1;
        const isTaken = request.headers.authorization === `Bearer t${this.given}` && this.uses <= 2;
        this.seen.push([request.headers.authorization ?? '', isTaken ? 200 : 401]);
        answer(isTaken ? 200 : 401, {});
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

const provider = new Provider();
let pontage: Pontage;

beforeAll(async () => {
  await once(provider.server.listen(0, '127.0.0.1'), 'listening');
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  provider.server.closeAllConnections();
  provider.server.close();
}, 30_000);

describe('a grant that the upstream refuses', () => {
  it('is replaced, and the request goes out once more', async () => {
    const authentication = {
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `${provider.url}/token`,
      clientId: 'c',
      clientSecret: 's',
    };
    await ask(pontage, 'POST', '/api/v1/resources', { name: 'tokens', baseUrl: provider.url, authentication });
    for (const path of ['/a', '/b', '/c']) {
      const { json } = await ask<{ status: number }>(pontage, 'POST', '/api/v1/resources/tokens/query', { path });
      expect([path, json.status]).toEqual([path, 200]);
    }
    expect(provider.seen).toEqual([
      ['Bearer t1', 200],
      ['Bearer t1', 200],
      ['Bearer t1', 401],
      ['Bearer t2', 200],
    ]);
  });
});

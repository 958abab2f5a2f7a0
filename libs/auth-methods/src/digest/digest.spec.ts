import { describe, expect, it } from '@jest/globals';
import type { OutboundRequest } from '@pontage/http-message';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { sentParams } from './digest-memory.js';
import { digest } from './digest.js';

const credential = { settings: { username: 'mufasa' }, secrets: { password: 'canary-c1rcle' } };
const now = new Date(0);
const requestTo = (url: string): OutboundRequest => ({ method: 'GET', url, headers: [], body: undefined });
const request = requestTo('https://api.example.com/v1/orders');
const refused = (challenge: string) => ({ status: 401, headers: [['WWW-Authenticate', challenge]] as const });
const challenge = (more = '', nonce = 'n1') => refused(`Digest realm="r", nonce="${nonce}", qop="auth"${more}`);
const memory = digest.remember?.(undefined, request, challenge());

conformsToAuthMethod(digest, [{ credential, memory }]);

/** A client that remembers, as the query-proxy does. */
class Client {
  memory: unknown = undefined;
  private random = 0;

  apply(to = request): OutboundRequest {
    return this.send(digest.apply(to, credential, undefined, now, this.occasion(0)));
  }

  answer(to: OutboundRequest, answer = challenge(), answers = 0): OutboundRequest | undefined {
    this.hear(to, answer);
    const next = digest.answer?.(answer, to, credential, undefined, now, this.occasion(answers));
    return next === undefined ? undefined : this.send(next);
  }

  hear(to: OutboundRequest, answer: { status: number; headers: readonly (readonly [string, string])[] }): void {
    this.memory = digest.remember?.(this.memory, to, answer);
  }

  private send(sent: OutboundRequest): OutboundRequest {
    this.memory = digest.remember?.(this.memory, sent, undefined);
    return sent;
  }

  private occasion(answers: number) {
    this.random += 1;
    return { random: Buffer.alloc(32, this.random), memory: this.memory, answers };
  }
}

const usedBy = (sent: OutboundRequest | undefined) => {
  const params = sentParams(sent ?? request);
  return [params.get('nonce'), params.get('nc')];
};

describe('digest', () => {
  it('sends no credential, its own or another, before it is asked', () => {
    expect(new Client().apply({ ...request, headers: [['Authorization', 'Bearer mine']] }).headers).toEqual([]);
  });

  it('answers, and from then on goes ahead with a rising count', () => {
    const client = new Client();
    expect(usedBy(client.answer(client.apply()))).toEqual(['n1', '00000001']);
    expect(usedBy(client.apply())).toEqual(['n1', '00000002']);
    expect(usedBy(client.apply())).toEqual(['n1', '00000003']);
  });

  it('never counts a nonce twice, however the answers of concurrent queries come', () => {
    const client = new Client();
    const first = [client.apply(), client.apply(), client.apply()];
    const nonces = ['n1', 'n2', 'n1'];
    const used = first.map((sent, index) => usedBy(client.answer(sent, challenge('', nonces[index]))).join('/'));
    used.push(usedBy(client.apply()).join('/'), usedBy(client.apply()).join('/'));
    expect(new Set(used).size).toBe(used.length);
  });

  it('goes on with the nonce that the server wants next, and hears no late answer', () => {
    const client = new Client();
    const first = client.answer(client.apply()) ?? request;
    const second = client.apply();
    const next = (nonce: string) => ({
      status: 200,
      headers: [['authentication-info', `nextnonce="${nonce}"`]] as const,
    });
    client.hear(first, next('n2'));
    expect(usedBy(client.apply())).toEqual(['n2', '00000001']);
    client.hear(second, next('n9'));
    expect(usedBy(client.apply())).toEqual(['n2', '00000002']);
  });

  it('uses a fresh client nonce each time, and one for a -sess session', () => {
    const cnonces = (more: string): unknown[] => {
      const client = new Client();
      const first = client.answer(client.apply(), challenge(more)) ?? request;
      return [first, client.apply(), client.apply()].map((sent) => sentParams(sent).get('cnonce'));
    };
    expect(new Set(cnonces('')).size).toBe(3);
    expect(new Set(cnonces(', algorithm=SHA-256-sess')).size).toBe(1);
  });

  it('answers a nonce that it went ahead with and that is gone', () => {
    const client = new Client();
    client.answer(client.apply());
    const ahead = client.apply();
    expect(usedBy(client.answer(ahead, challenge('', 'n2')))).toEqual(['n2', '00000001']);
  });

  it('says so when a correct answer is refused, but for a nonce that is too old', () => {
    const client = new Client();
    const answer = client.answer(client.apply()) ?? request;
    expect(usedBy(client.answer(answer, challenge(', stale=True', 'n2'), 1))).toEqual(['n2', '00000001']);
    expect(() => client.answer(answer, challenge('', 'n3'), 1)).toThrow(
      expect.objectContaining({ slug: 'credential-rejected' }),
    );
    expect(() => client.answer(answer, challenge('', 'n3'), 1)).not.toThrow(/canary/);
  });

  it('keeps to the protection space, and tells two apart', () => {
    const client = new Client();
    client.answer(client.apply(), challenge(', domain="/v1/ https://other.example.com/"'));
    client.answer(client.apply(), refused('Digest realm="admin", nonce="a", domain="/v1/admin"'));
    expect(usedBy(client.apply())[0]).toBe('n1');
    expect(usedBy(client.apply(requestTo('https://api.example.com/v1/admin/x')))[0]).toBe('a');
    expect(usedBy(client.apply(requestTo('https://api.example.com/v2')))[0]).toBeUndefined();
  });

  it('injects its response, and nothing when there is none', () => {
    const client = new Client();
    expect(digest.injectedValues(credential, undefined, client.apply())).toEqual([]);
    const answer = client.answer(client.apply());
    expect(digest.injectedValues(credential, undefined, answer)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('refuses a colon in the user name', () => {
    expect(digest.settings.safeParse({ username: 'a:b' }).success).toBe(false);
    expect(digest.secrets.safeParse({ password: '' }).success).toBe(true);
  });
});

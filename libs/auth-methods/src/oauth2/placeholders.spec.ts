import { describe, expect, it } from '@jest/globals';
import { encodeBody, type OutboundRequest } from '@pontage/http-message';
import { fillPlaceholders, holdsPlaceholder } from './placeholders.js';

const tokens = { accessToken: 'a+b/c="&<', idToken: 'ey.id' };
const request = (more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'POST',
  url: 'https://api.example/x',
  headers: [],
  body: undefined,
  ...more,
});
const withBody = (type: string, text: string, more: Partial<OutboundRequest> = {}) =>
  request({ headers: [['Content-Type', type]], body: Buffer.from(text), ...more });
const bodyOf = (given: OutboundRequest) => Buffer.from(fillPlaceholders(given, tokens).request.body ?? '').toString();

describe('a placeholder', () => {
  it('stands in a header, also beside other text', () => {
    const headers = [
      ['X-Token', 'OAUTH2_TOKEN'],
      ['Authorization', 'Token token=OAUTH2_TOKEN; id=OAUTH2_ID_TOKEN'],
    ] as const;
    const filled = fillPlaceholders(request({ headers }), tokens);
    expect(filled.request.headers.map(([, value]) => value)).toEqual([
      tokens.accessToken,
      `Token token=${tokens.accessToken}; id=${tokens.idToken}`,
    ]);
    expect(filled.hasToken).toBe(true);
  });

  it('stands in a URL parameter, encoded, and nothing else of the URL changes', () => {
    const url = 'https://api.example/OAUTH2_TOKEN?a=%2f+x&t=OAUTH2_TOKEN&OAUTH2_TOKEN&OAUTH2_TOKEN=1';
    expect(fillPlaceholders(request({ url }), tokens).request.url).toBe(
      'https://api.example/OAUTH2_TOKEN?a=%2f+x&t=a%2Bb%2Fc%3D%22%26%3C&OAUTH2_TOKEN&OAUTH2_TOKEN=1',
    );
  });

  it.each([
    ['application/json', '{"t":"OAUTH2_TOKEN"}', '{"t":"a+b/c=\\"&<"}'],
    ['application/vnd.api+json', '["OAUTH2_ID_TOKEN"]', '["ey.id"]'],
    ['application/x-www-form-urlencoded', 'a=1&t=OAUTH2_TOKEN', 'a=1&t=a%2Bb%2Fc%3D%22%26%3C'],
    ['text/xml', '<t>OAUTH2_TOKEN</t>', '<t>a+b/c="&amp;&lt;</t>'],
    ['text/plain', 'OAUTH2_TOKEN', 'a+b/c="&<'],
    ['application/octet-stream', 'OAUTH2_TOKEN', 'OAUTH2_TOKEN'],
  ])('stands in a body of %s as that writes it', (type, text, expected) => {
    expect(bodyOf(withBody(type, text))).toBe(expected);
  });

  it('stands in the fields of a form with files, and in no file', () => {
    const { bytes, contentType } = encodeBody({
      type: 'multipart',
      value: [
        { name: 'token', value: 'OAUTH2_TOKEN' },
        { name: 'umlaut ü', value: 'ü OAUTH2_ID_TOKEN' },
        { name: 'file', filename: 'OAUTH2_TOKEN.txt', contentType: 'text/plain', base64: btoa('OAUTH2_TOKEN') },
      ],
    });
    const before = Buffer.from(bytes).toString();
    expect(bodyOf(request({ headers: [['content-type', contentType]], body: bytes }))).toBe(
      before
        .replace('\r\n\r\nOAUTH2_TOKEN', `\r\n\r\n${tokens.accessToken}`)
        .replace('OAUTH2_ID_TOKEN', tokens.idToken),
    );
  });

  it('is none in a body that is passed on, nor as a part of a longer word', () => {
    expect(bodyOf(withBody('text/plain', 'OAUTH2_TOKEN', { bodyIsPassedOn: true }))).toBe('OAUTH2_TOKEN');
    for (const text of ['MY_OAUTH2_TOKEN', 'OAUTH2_TOKENS', 'OAUTH2_TOKEN-x', 'oauth2_token'])
      expect([text, holdsPlaceholder(text), bodyOf(withBody('text/plain', text))]).toEqual([text, false, text]);
  });

  it('of an ID token does not take the place of the access token', () => {
    const headers = [['X-Id', 'OAUTH2_ID_TOKEN']] as const;
    expect(fillPlaceholders(request({ headers }), tokens).hasToken).toBe(false);
  });

  it('of an ID token is refused where the provider gave none', () => {
    const headers = [['X-Id', 'OAUTH2_ID_TOKEN']] as const;
    expect(() => fillPlaceholders(request({ headers }), { accessToken: 'a' })).toThrow(
      expect.objectContaining({ slug: 'invalid-request', detail: expect.stringContaining('openid') }),
    );
  });
});

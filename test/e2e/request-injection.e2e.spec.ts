import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRawUpstream, type RawRequest, type RawUpstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery, saveResource, trySaveResource } from './src/save-resource.js';

let upstream: RawUpstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startRawUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.[Symbol.asyncDispose]();
}, 30_000);

type Settings = Record<string, unknown>;

/** A place where a value may land: in the settings of a resource, or in a query. */
interface Place {
  readonly settings?: (value: string) => Settings;
  readonly query?: (value: string) => Record<string, unknown>;
}
const post = { method: 'POST', body: { type: 'json', value: {} } };
const settingPlaces: Record<string, Place> = {
  'base URL path': { settings: (value) => ({ baseUrl: `${upstream.url}/base/${value}` }) },
  'base URL query': { settings: (value) => ({ baseUrl: `${upstream.url}/base?v=${value}` }) },
  urlParams: { settings: (value) => ({ urlParams: [['v', value]] }) },
  headers: { settings: (value) => ({ headers: [['X-V', value]] }) },
  'sealed header': { settings: (value) => ({ headers: [['X-V', { secret: value }]] }) },
  'sealed parameter': { settings: (value) => ({ urlParams: [['v', { secret: value }]] }) },
  cookies: { settings: (value) => ({ cookies: [['v', value]] }) },
  body: { settings: (value) => ({ body: [['v', value]] }), query: () => post },
};
const queryPlaces: Record<string, Place> = {
  path: { query: (value) => ({ path: `/p/${value}` }) },
  'path query': { query: (value) => ({ path: `/p?v=${value}` }) },
  'query urlParams': { query: (value) => ({ urlParams: [['v', value]] }) },
  'query headers': { query: (value) => ({ headers: [['X-V', value]] }) },
  'query form': { query: (value) => ({ method: 'POST', body: { type: 'form', value: [['v', value]] } }) },
  'query JSON': { query: (value) => ({ method: 'POST', body: { type: 'json', value: { v: value } } }) },
  'part content type': {
    query: (value) => ({
      method: 'POST',
      body: { type: 'multipart', value: [{ name: 'v', value: '1', contentType: value }] },
    }),
  },
};
const authPlaces: Record<string, Place> = {
  bearer: { settings: (value) => ({ authentication: { method: 'bearer', token: value } }) },
  'basic user': { settings: (value) => ({ authentication: { method: 'basic', username: value, password: 'p' } }) },
  'api-key header': {
    settings: (value) => ({ authentication: { method: 'api-key', in: 'header', name: 'X-V', value } }),
  },
  'api-key query': { settings: (value) => ({ authentication: { method: 'api-key', in: 'query', name: 'v', value } }) },
  'api-key cookie': {
    settings: (value) => ({ authentication: { method: 'api-key', in: 'cookie', name: 'v', value } }),
  },
};
const namePlaces: Record<string, (name: string) => Settings> = {
  'header name': (name) => ({ headers: [[name, '7']] }),
  'sealed header name': (name) => ({ headers: [[name, { secret: '7' }]] }),
  'cookie name': (name) => ({ cookies: [[name, '7']] }),
  'parameter name': (name) => ({ urlParams: [[name, '7']] }),
  'api-key name': (name) => ({ authentication: { method: 'api-key', in: 'header', name, value: '7' } }),
};

const hostile = [
  'a\r\nX-Injected: 1',
  'a\nX-Injected: 1',
  'a\rX-Injected: 1',
  'a\r\n folded: 1',
  'a\n\tfolded: 1',
  'a\u0000b',
  'a\u010aX-Injected: 1',
  'a\u560d\u560aX-Injected: 1',
  'a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
  'a\u0085X-Injected: 1\u2028b',
  'a%0d%0aX-Injected: 1',
  'a\u007f\u001b[31m',
];
const hostileNames = [
  'X-A\r\nX-Injected',
  'X-A\nX-Injected',
  'X-A: 1\r\nX-Injected',
  'X\u0000A',
  'X A',
  ' X-A',
  'X\u010aA',
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'transfer-encoding ',
  'Connection',
];

interface Tally {
  combinations: number;
  refused: number;
  sent: number;
  readonly extra: string[];
}
const tally: Tally = { combinations: 0, refused: 0, sent: 0, extra: [] };

/** Lines that have no business in the request. */
function extraLines({ lines, body }: RawRequest): string[] {
  const [start = '', ...headers] = lines.map((line, index) =>
    index === lines.length - 1 ? line : line.replace(/\r$/, '|'),
  );
  const names = headers.map((line) => line.split(':')[0]?.toLowerCase() ?? '');
  const length = headers.map((line) => /^content-length: (\d+)/i.exec(line)?.[1]).find(Boolean) ?? '0';
  const once = ['host', 'content-length', 'transfer-encoding', 'cookie', 'authorization'];
  return [
    ...[start, ...headers.slice(0, -1)].filter((line) => !line.endsWith('|')),
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    ...[start, ...headers].filter((line) => /[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)),
    ...headers.filter((line) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(line) || /^(?:x-injected|folded)/i.test(line)),
    ...once.filter((name) => names.filter((each) => each === name).length > 1).map((name) => `twice: ${name}`),
    ...(names.includes('transfer-encoding') ? ['transfer-encoding'] : []),
    ...(body.length === Number(length) ? [] : [`${body.length} bytes of a body of ${length}`]),
    ...(/^[A-Z]+ \S+ HTTP\/1\.1\|?$/.test(start) ? [] : [start]),
  ];
}

async function attempt(
  label: string,
  settings: Settings,
  query: Record<string, unknown>,
  byProxy: boolean,
): Promise<void> {
  const count = (status: number, code: string | undefined, before: number): void => {
    tally.combinations += 1;
    const came = upstream.requests.slice(before);
    if (status === 200) tally.sent += 1;
    else if (status === 400) tally.refused += 1;
    else tally.extra.push(`${label}: ${status} ${code}`);
    if (came.length !== (status === 200 ? 1 : 0)) tally.extra.push(`${label}: ${came.length} requests`);
    tally.extra.push(...came.flatMap(extraLines).map((line) => `${label}: ${line}`));
  };
  const saved = await trySaveResource(pontage, { baseUrl: upstream.url, ...settings });
  if (saved.status !== 201) return count(saved.status, saved.json.code, upstream.requests.length);
  const before = upstream.requests.length;
  const { status, json } = await runQuery(pontage, saved.json.id, query);
  count(status, json.code, before);
  if (!byProxy) return;
  const then = upstream.requests.length;
  const passed = await pontage.fetch(`/proxy/${saved.json.id}/x`);
  count(passed.status, passed.headers.get('pontage-problem') ?? '', then);
}

describe('promise 32: header injection', () => {
  it('adds no line to what an upstream receives, whatever stands in a setting, a variable, a parameter or a name', async () => {
    const stored: string[] = [];
    for (const [index, value] of hostile.entries()) {
      const name = `H${index}`;
      const put = await ask(pontage, 'PUT', `/api/v1/config/${name}`, { environment: 'production', value });
      // What cannot be a variable's value is refused there.
      expect([200, 201, 204, 400]).toContain(put.status);
      if (put.status < 300) stored.push(name);
    }
    const settings = { ...settingPlaces, ...authPlaces };
    for (const [label, place] of Object.entries(settings)) {
      for (const value of hostile)
        await attempt(`${label} literal`, place.settings?.(value) ?? {}, place.query?.('') ?? {}, false);
      for (const name of stored)
        await attempt(
          `${label} config.${name}`,
          place.settings?.(`{{ config.${name} }}`) ?? {},
          place.query?.('') ?? {},
          label !== 'body',
        );
    }
    for (const value of hostile) {
      for (const [label, place] of Object.entries(settingPlaces))
        await attempt(
          `${label} parameter`,
          place.settings?.('{{ params.v }}') ?? {},
          { ...place.query?.(''), params: { v: value } },
          false,
        );
      for (const [label, place] of Object.entries(queryPlaces)) {
        await attempt(`${label} literal`, {}, place.query?.(value) ?? {}, false);
        await attempt(`${label} parameter`, {}, { ...place.query?.('{{ params.v }}'), params: { v: value } }, false);
      }
    }
    for (const name of hostileNames) {
      for (const [label, of] of Object.entries(namePlaces))
        await attempt(`${label} ${JSON.stringify(name)}`, of(name), {}, true);
      await attempt(`query header name ${JSON.stringify(name)}`, {}, { headers: [[name, '7']] }, false);
    }
    process.stdout.write(
      `promise 32: ${tally.combinations} combinations: ${tally.refused} refused, ${tally.sent} sent encoded, ${tally.extra.length} extra lines\n`,
    );
    expect(tally.extra).toEqual([]);
    expect(tally.combinations).toBeGreaterThanOrEqual(200);
    expect(tally.refused + tally.sent).toBe(tally.combinations);
  }, 180_000);
});

describe('the count of extra lines', () => {
  const lines = (...more: string[]): string[] => ['GET / HTTP/1.1\r', 'Host: x\r', ...more];
  it.each([
    ['an injected line', { lines: lines('X-Injected: 1'), body: Buffer.alloc(0) }],
    ['a bare line feed', { lines: lines('X-V: a', 'b: 1'), body: Buffer.alloc(0) }],
    ['a bare carriage return', { lines: lines('X-V: a\rb\r', 'b: 1'), body: Buffer.alloc(0) }],
    ['a folded line', { lines: lines('X-V: a\r', ' b: 1'), body: Buffer.alloc(0) }],
    ['a NUL', { lines: lines('X-V: a\u0000b'), body: Buffer.alloc(0) }],
    ['a second Host', { lines: lines('host: y'), body: Buffer.alloc(0) }],
    ['a Transfer-Encoding', { lines: lines('Transfer-Encoding: chunked'), body: Buffer.alloc(0) }],
    ['a second request', { lines: lines('X-V: a'), body: Buffer.from('GET / HTTP/1.1') }],
  ])('notices %s', (_, request) => {
    expect(extraLines(request)).not.toEqual([]);
  });

  it('takes an honest request for what it is', () => {
    expect(extraLines({ lines: lines('Content-Length: 2'), body: Buffer.from('ok') })).toEqual([]);
  });
});

describe('a template in each setting', () => {
  it('becomes the value of a path, a variable or a parameter, encoded for its place', async () => {
    const value = 'a&b=c/d;e ü';
    await ask(pontage, 'PUT', '/api/v1/config/VALUE', { environment: 'production', value });
    const { token } = (
      await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', { name: value, scopes: ['queries:run'] })
    ).json;
    const sources = { path: '{{ current_user.name }}', config: '{{ config.VALUE }}', parameter: '{{ params.v }}' };
    const inUrl = 'a%26b%3Dc%2Fd%3Be%20%C3%BC';
    const expected: Record<string, string> = {
      'base URL path': `GET /base/${inUrl} HTTP/1.1`,
      'base URL query': `GET /base?v=${inUrl} HTTP/1.1`,
      urlParams: `GET /?v=${inUrl} HTTP/1.1`,
      'sealed parameter': `GET /?v=${inUrl} HTTP/1.1`,
      headers: 'X-V: a&b=c/d;e ü',
      'sealed header': 'X-V: a&b=c/d;e ü',
      cookies: 'Cookie: v=a&b=c/d%3Be%20%C3%BC',
      body: '{"v":"a&b=c/d;e ü"}',
      path: `GET /p/${inUrl} HTTP/1.1`,
      'path query': `GET /p?v=${inUrl} HTTP/1.1`,
      'query urlParams': `GET /?v=${inUrl} HTTP/1.1`,
      'query headers': 'X-V: a&b=c/d;e ü',
      'query form': 'v=a%26b%3Dc%2Fd%3Be+%C3%BC',
      'query JSON': '{"v":"a&b=c/d;e ü"}',
    };
    const places = { ...settingPlaces, ...queryPlaces };
    let checked = 0;
    for (const [label, line] of Object.entries(expected)) {
      for (const [source, template] of Object.entries(sources)) {
        const place = places[label];
        const { id } = await saveResource(pontage, { baseUrl: upstream.url, ...place?.settings?.(template) });
        const query = { ...place?.query?.(template), params: { v: value } };
        const from = upstream.requests.length;
        const run = await ask(pontage, 'POST', `/api/v1/resources/${id}/query`, query, { token });
        expect([label, source, run.status]).toEqual([label, source, 200]);
        const request = upstream.requests[from];
        const seen = [...(request?.lines ?? []).map((each) => each.replace(/\r$/, '')), request?.body.toString()];
        expect([label, source, seen]).toEqual([label, source, expect.arrayContaining([line])]);
        checked += 1;
      }
    }
    process.stdout.write(
      `templates: ${checked} of ${Object.keys(expected).length * 3} (${Object.keys(expected).length} settings x 3 sources) as they should be on the wire\n`,
    );
  }, 60_000);
});

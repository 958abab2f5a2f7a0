import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isProblem } from '@pontage/problems';
import fc from 'fast-check';
import { parseEgressAllow } from './allowance.js';
import { admit, destinationOf, type EgressPolicy } from './egress-policy.js';

type Spelling = string | [url: string, addresses: string[]];

const table = (name: string): [kind: string, url: string, addresses: string[] | undefined][] => {
  const text = readFileSync(new URL(`../spellings/${name}.json`, import.meta.url), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Spelling[]>).flatMap(([kind, spellings]) =>
    spellings.map(
      (each) =>
        (typeof each === 'string' ? [kind, each, undefined] : [kind, ...each]) as [
          string,
          string,
          string[] | undefined,
        ],
    ),
  );
};

const closed: EgressPolicy = { allow: [], ownAddresses: ['198.41.0.4'] };

/** What would be dialled, or the slug of the refusal. */
function decide(url: string, addresses?: readonly string[], policy = closed): readonly string[] | string {
  try {
    const destination = destinationOf(url);
    const resolved = destination.addresses ?? addresses;
    if (resolved === undefined) throw new Error(`${url} is a name: the table must say what it resolves to`);
    return admit(policy, destination, resolved);
  } catch (error) {
    if (isProblem(error)) return error.slug;
    throw error;
  }
}

const openedBy = (allow: string, url: string, addresses?: readonly string[]) =>
  decide(url, addresses, { allow: parseEgressAllow(allow), ownAddresses: [] }) !== 'destination-denied';

describe('the egress policy', () => {
  const forbidden = table('forbidden');
  const allowed = table('allowed');

  it('is tried on at least 230 forbidden and 50 allowed spellings, none of them twice', () => {
    expect(new Set(forbidden.map(([, url]) => url)).size).toBe(forbidden.length);
    expect(forbidden.length).toBeGreaterThanOrEqual(230);
    expect(new Set(allowed.map(([, url]) => url)).size).toBe(allowed.length);
    expect(allowed.length).toBeGreaterThanOrEqual(50);
  });

  it.each(forbidden)('refuses (%s) %j', (_, url, addresses) => {
    expect(decide(url, addresses)).toBe('destination-denied');
  });

  it.each(allowed)('admits (%s) %j', (_, url, addresses) => {
    const dialled = decide(url, addresses);
    expect(dialled).toBeInstanceOf(Array);
    expect(dialled).not.toHaveLength(0);
  });

  it('says the same for every refusal', () => {
    const refusalOf = (url: string): unknown => {
      try {
        return admit(closed, destinationOf(url), ['127.0.0.1']);
      } catch (error) {
        return isProblem(error) ? error.toWire() : error;
      }
    };
    const said = ['http://127.0.0.1:22/', 'http://10.0.0.1/', 'http://inside.test/', 'ftp://x/', 'http://[::1]:9/'].map(
      refusalOf,
    );
    expect(new Set(said.map((each) => JSON.stringify(each)))).toEqual(new Set(['{"slug":"destination-denied"}']));
  });
});

describe('20,000 random encodings of private addresses', () => {
  const octets = fc
    .constantFrom(
      '127.0.0.1',
      '127.0.0.53',
      '127.1.2.3',
      '127.255.255.255',
      '10.0.0.0',
      '10.0.0.1',
      '10.1.2.3',
      '10.255.255.254',
      '172.16.0.1',
      '172.17.0.1',
      '172.20.10.1',
      '172.31.255.254',
      '192.168.0.1',
      '192.168.1.1',
      '192.168.99.100',
      '192.168.255.254',
      '169.254.0.1',
      '169.254.169.254',
      '169.254.170.2',
      '100.64.0.1',
      '100.100.100.200',
      '100.127.255.254',
      '0.0.0.0',
      '0.0.0.1',
      '192.0.0.192',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
      '168.63.129.16',
    )
    .map((text) => text.split('.').map(Number));
  const zeros = fc.integer({ min: 0, max: 4 }).map((count) => '0'.repeat(count));
  const number = (value: number) =>
    fc.oneof(
      fc.constant(String(value)),
      fc
        .tuple(fc.constantFrom('0x', '0X'), zeros, fc.boolean())
        .map(([prefix, pad, upper]) => prefix + pad + (upper ? value.toString(16).toUpperCase() : value.toString(16))),
      zeros.map((pad) => `0${pad}${value.toString(8)}`),
    );
  const asIPv4 = octets.chain((parts) =>
    fc.integer({ min: 1, max: 4 }).chain((count) => {
      const last = parts.slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
      return fc.tuple(...[...parts.slice(0, count - 1), last].map(number)).map((texts) => texts.join('.'));
    }),
  );
  const group = (value: number) =>
    fc
      .tuple(zeros, fc.boolean())
      .map(([pad, upper]) =>
        (pad + (upper ? value.toString(16).toUpperCase() : value.toString(16))).slice(-4).padStart(1, '0'),
      );
  const prefixes = fc.constantFrom(
    [0, 0, 0, 0, 0, 0xffff],
    [0, 0, 0, 0, 0, 0],
    [0x64, 0xff9b, 0, 0, 0, 0],
    [0, 0, 0, 0, 0xffff, 0],
    [0x2606, 0x4700, 0, 0, 0, 0x5efe],
    [0x64, 0xff9b, 1, 0, 0, 0],
  );
  const asIPv6 = fc.tuple(octets, prefixes, fc.boolean()).chain(([[a = 0, b = 0, c = 0, d = 0], prefix, dotted]) => {
    const head = fc.tuple(...prefix.map(group)).map((groups) => groups.join(':'));
    const tail = dotted
      ? fc.constant(`${a}.${b}.${c}.${d}`)
      : fc.tuple(group(a * 256 + b), group(c * 256 + d)).map((groups) => groups.join(':'));
    return fc.tuple(head, tail).map(([first, second]) => `[${first}:${second}]`);
  });
  const as6to4 = octets.map(
    ([a = 0, b = 0, c = 0, d = 0]) => `[2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1]`,
  );
  const wide = (text: string) =>
    text.replaceAll(/[0-9a-z.]/gi, (character) => String.fromCodePoint(character.charCodeAt(0) - 0x20 + 0xff00));
  const escaped = (text: string) =>
    text.replaceAll(/[0-9.]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  const dressed = fc.oneof(
    fc.oneof(asIPv4, asIPv6, as6to4),
    asIPv4.chain((text) =>
      fc.constantFrom(wide(text), escaped(text), `${text}.`, `user:1.1.1.1@${text}`, text.replaceAll('.', '。')),
    ),
  );
  const url = fc
    .tuple(
      fc.constantFrom('http:', 'HTTPS:', 'http:/', 'http://', 'https://', 'http:\\\\', ' http://\t'),
      dressed,
      fc.constantFrom('', '/', ':80/', ':8443', '?@1.1.1.1', '#@1.1.1.1', '\\@1.1.1.1'),
    )
    .map((pieces) => pieces.join(''));

  it('lets none through, though nearly all of them are addresses to a URL parser', () => {
    let addresses = 0;
    fc.assert(
      fc.property(url, (text) => {
        if (URL.canParse(text) && /^[\d.]+$|^\[/.test(new URL(text).hostname)) addresses += 1;
        expect(decide(text, ['127.0.0.1'])).toBe('destination-denied');
      }),
      { numRuns: 20_000 },
    );
    expect(addresses).toBeGreaterThan(18_000);
  });
});

describe('PONTAGE_EGRESS_ALLOW', () => {
  it('opens a range, on every port', () => {
    expect(openedBy('10.1.0.0/16', 'http://10.1.2.3:9/')).toBe(true);
    expect(openedBy('10.1.0.0/16', 'http://0x0a010203/')).toBe(true);
    expect(openedBy('10.1.0.0/16', 'http://orders.test/', ['10.1.0.1', '10.1.0.2'])).toBe(true);
    expect(openedBy('10.1.0.0/16', 'http://10.2.0.1/')).toBe(false);
    expect(openedBy('10.1.0.0/16', 'http://orders.test/', ['10.1.0.1', '10.2.0.1'])).toBe(false);
    expect(openedBy('10.0.0.0/8', 'http://[::ffff:10.0.0.1]/')).toBe(false);
    expect(openedBy('fd12::/16', 'http://[fd12::1]/')).toBe(true);
    expect(openedBy('fd12::/16', 'http://10.0.0.1/')).toBe(false);
  });

  it('opens one port of one host, by name or address', () => {
    const allow = '127.0.0.1:4010, [::1]:4011,Orders.Internal.:8080';
    expect(openedBy(allow, 'http://127.0.0.1:4010/')).toBe(true);
    expect(openedBy(allow, 'http://localhost:4010/')).toBe(true);
    expect(openedBy(allow, 'http://127.0.0.1:4011/')).toBe(false);
    expect(openedBy(allow, 'http://127.0.0.2:4010/')).toBe(false);
    expect(openedBy(allow, 'http://[::1]:4011/')).toBe(true);
    expect(openedBy(allow, 'https://orders.internal:8080/', ['10.0.0.1'])).toBe(true);
    expect(openedBy(allow, 'https://orders.internal/', ['10.0.0.1'])).toBe(false);
    expect(openedBy(allow, 'https://x.orders.internal:8080/', ['10.0.0.1'])).toBe(false);
  });

  it('opens a metadata service only when it is named alone', () => {
    expect(openedBy('169.254.0.0/16', 'http://169.254.1.1/')).toBe(true);
    expect(openedBy('169.254.0.0/16,0.0.0.0/0', 'http://169.254.169.254/')).toBe(false);
    expect(openedBy('0.0.0.0/0', 'http://metadata.google.internal/')).toBe(false);
    expect(openedBy('169.254.169.254/32', 'http://169.254.169.254/')).toBe(true);
    expect(openedBy('169.254.169.254:80', 'http://169.254.169.254/')).toBe(true);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.1',
    'localhost',
    'localhost:0',
    'localhost:99999',
    'http://x:80',
    'a b:80',
    'user@host:80',
    '*',
  ])('refuses %j by name', (entry) => {
    expect(() => parseEgressAllow(`10.0.0.0/8,${entry}`)).toThrow(JSON.stringify(entry));
  });

  it('may be empty', () => {
    expect(parseEgressAllow(' , ')).toEqual([]);
  });
});

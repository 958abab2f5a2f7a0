import { describe, expect, it } from '@jest/globals';
import { fieldErrors } from '@pontage/problems';
import { parseExactJson } from '../routes/exact-json.js';
import { draftOf, embedUrlRequest } from './embed-url-request.js';

const least = { landingPageUuid: '7b0c9f6e-6a52-4b7e-9f0e-2c8a3a1d5e4f', groupIds: [1], externalIdentifier: 'u' };
const read = (text: string) => draftOf(embedUrlRequest.parse(parseExactJson(text)));
const draft = (more: object) => draftOf(embedUrlRequest.parse({ ...least, ...more }));
const pointers = (more: object): string[] => {
  const parsed = embedUrlRequest.safeParse(
    Object.fromEntries(Object.entries({ ...least, ...more }).filter(([, value]) => value !== undefined)),
  );
  return parsed.success ? [] : fieldErrors(parsed.error).map(({ pointer }) => pointer);
};

describe('the body of POST /api/embed-url/external-user', () => {
  it('fills in what the seed document says', () => {
    expect(draft({})).toEqual({
      ...least,
      sessionDurationMinutes: 1440,
      urlTtlSeconds: 300,
      userInfo: {},
      metadataJson: '{}',
    });
  });

  it('takes both spellings of names and keeps one', () => {
    expect(draft({ userInfo: { email: 'a@b', first_name: 'A', lastName: 'B' } }).userInfo).toEqual({
      email: 'a@b',
      firstName: 'A',
      lastName: 'B',
    });
    expect(draft({ userInfo: { first_name: 'A', firstName: 'A' } }).userInfo).toEqual({ firstName: 'A' });
    expect(pointers({ userInfo: { first_name: 'A', firstName: 'B' } })).toEqual(['/userInfo/first_name']);
  });

  it('makes one user of 5 and "5", and keeps every digit of an int64', () => {
    expect(draft({ externalIdentifier: 5 }).externalIdentifier).toBe('5');
    expect(draft({ externalIdentifier: '5' }).externalIdentifier).toBe('5');
    const text = JSON.stringify(least)
      .replace('"u"', '9223372036854775807')
      .replace(
        '{',
        '{"metadata":{"storeId":9223372036854775807,"low":-9223372036854775808,"vip":true,"name":"9223372036854775807"},',
      );
    expect(read(text)).toMatchObject({
      externalIdentifier: '9223372036854775807',
      metadataJson:
        '{"storeId":9223372036854775807,"low":-9223372036854775808,"vip":true,"name":"9223372036854775807"}',
    });
  });

  it('names a group once', () => expect(draft({ groupIds: [2, 1, 2] }).groupIds).toEqual([2, 1]));

  it('counts 1024 bytes of metadata in UTF-8, as JSON', () => {
    const fits = 'x'.repeat(1024 - '{"k":""}'.length);
    expect(pointers({ metadata: { k: fits } })).toEqual([]);
    expect(pointers({ metadata: { k: `${fits}x` } })).toEqual(['/metadata']);
    expect(pointers({ metadata: { k: 'é'.repeat(600) } })).toEqual(['/metadata']);
  });

  it.each<[object, string]>([
    [{ landingPageUuid: 'x' }, '/landingPageUuid'],
    [{ landingPageUuid: undefined }, '/landingPageUuid'],
    [{ groupIds: [] }, '/groupIds'],
    [{ groupIds: ['1'] }, '/groupIds/0'],
    [{ groupIds: [1.5] }, '/groupIds/0'],
    [{ groupIds: [0] }, '/groupIds/0'],
    [{ groupIds: [2 ** 31] }, '/groupIds/0'],
    [{ groupIds: 1 }, '/groupIds'],
    [{ externalIdentifier: '' }, '/externalIdentifier'],
    [{ externalIdentifier: 1.5 }, '/externalIdentifier'],
    [{ externalIdentifier: true }, '/externalIdentifier'],
    [{ externalIdentifier: null }, '/externalIdentifier'],
    [{ externalIdentifier: 2n ** 63n }, '/externalIdentifier'],
    [{ externalIdentifier: 'x'.repeat(256) }, '/externalIdentifier'],
    [{ externalIdentifier: 'a\nb' }, '/externalIdentifier'],
    [{ sessionDurationMinutes: 9 }, '/sessionDurationMinutes'],
    [{ sessionDurationMinutes: 43_201 }, '/sessionDurationMinutes'],
    [{ sessionDurationMinutes: '60' }, '/sessionDurationMinutes'],
    [{ sessionDurationMinutes: 10.5 }, '/sessionDurationMinutes'],
    [{ urlTtlSeconds: 9 }, '/urlTtlSeconds'],
    [{ urlTtlSeconds: 3601 }, '/urlTtlSeconds'],
    [{ userInfo: { name: 'x' } }, '/userInfo/name'],
    [{ userInfo: { email: 5 } }, '/userInfo/email'],
    [{ metadata: { a: null } }, '/metadata/a'],
    [{ metadata: { a: 1.5 } }, '/metadata/a'],
    [{ metadata: { a: { b: 1 } } }, '/metadata/a'],
    [{ metadata: { a: [1] } }, '/metadata/a'],
    [{ metadata: { a: 2n ** 63n } }, '/metadata/a'],
    [{ metadata: [] }, '/metadata'],
    [{ metadata: 'x' }, '/metadata'],
    [{ branch: 'b', releaseVersion: '1' }, '/branch'],
    [{ environment: 'No Such' }, '/environment'],
    [{ allowedOrigins: 'https://a.test' }, '/allowedOrigins'],
    [{ orgId: 1 }, '/orgId'],
  ])('refuses %j at %s', (more, pointer) => {
    expect(pointers(more)).toEqual([pointer]);
  });

  it('takes the bounds themselves', () => {
    for (const more of [
      { sessionDurationMinutes: 10 },
      { sessionDurationMinutes: 43_200 },
      { urlTtlSeconds: 10 },
      { urlTtlSeconds: 3600 },
      { groupIds: [2 ** 31 - 1] },
      { externalIdentifier: 'x'.repeat(255) },
      { externalIdentifier: -(2n ** 63n) },
    ]) {
      expect(pointers(more)).toEqual([]);
    }
  });
});

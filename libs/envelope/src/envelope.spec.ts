import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openFields, SealBroken, sealFields, type SealPlace } from './envelope.js';
import { MasterKeys } from './master-keys.js';

const entry = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const keys = MasterKeys.parse(entry('k1'));
const place: SealPlace = {
  org: '11111111-1111-4111-8111-111111111111',
  kind: 'credential',
  id: '22222222-2222-4222-8222-222222222222',
  version: 1,
};
const fields = { password: Buffer.from('s3cret'), token: Buffer.from('t0ken') };

describe('sealFields and openFields', () => {
  it('give back what went in, of any length and name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 40 }), fc.uint8Array({ maxLength: 300 })), (any) => {
        const opened = openFields(keys, place, sealFields(keys, place, any));
        expect(Object.entries(opened).map(([name, value]) => [name, [...value]])).toEqual(
          Object.entries(any).map(([name, value]) => [name, [...value]]),
        );
      }),
    );
  });

  it('never seal the same twice alike, and show nothing of the inside', () => {
    const [one, two] = [sealFields(keys, place, fields), sealFields(keys, place, fields)];
    expect(one.equals(two)).toBe(false);
    expect(one.includes('s3cret')).toBe(false);
  });

  it.each<[string, Partial<SealPlace>]>([
    ['organisation', { org: '33333333-3333-4333-8333-333333333333' }],
    ['credential', { id: '44444444-4444-4444-8444-444444444444' }],
    ['kind of record', { kind: 'grant' }],
    ['version', { version: 2 }],
  ])('do not open in the place of another %s', (_, other) => {
    const sealed = sealFields(keys, place, fields);
    expect(() => openFields(keys, { ...place, ...other }, sealed)).toThrow(SealBroken);
  });

  it('do not open when two fields have changed places', () => {
    const alike = { aaa: Buffer.from('one'), bbb: Buffer.from('two') };
    const sealed = sealFields(keys, place, alike);
    const [a, b] = [sealed.indexOf('aaa'), sealed.indexOf('bbb')];
    const swapped = Buffer.from(sealed);
    swapped.write('bbb', a);
    swapped.write('aaa', b);
    expect(() => openFields(keys, place, swapped)).toThrow(SealBroken);
  });

  it('do not open when a box comes from another record of the same place', () => {
    const [one, two] = [
      sealFields(keys, place, { token: Buffer.from('old') }),
      sealFields(keys, place, { token: Buffer.from('new') }),
    ];
    const boxBytes = 12 + 3 + 16;
    const mixed = Buffer.concat([one.subarray(0, -boxBytes), two.subarray(-boxBytes)]);
    expect(() => openFields(keys, place, mixed)).toThrow(SealBroken);
  });

  it('do not open with any bit of any byte flipped, nor cut off, nor lengthened', () => {
    const sealed = sealFields(keys, place, { ...fields, long: randomBytes(100) });
    let flips = 0;
    for (let index = 0; index < sealed.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1, flips += 1) {
        const altered = Buffer.from(sealed);
        altered[index] = (altered[index] ?? 0) ^ (1 << bit);
        expect(() => openFields(keys, place, altered)).toThrow(SealBroken);
      }
    }
    expect(flips).toBeGreaterThan(1_600);
    for (let length = 1; length < 40; length += 1) {
      expect(() => openFields(keys, place, sealed.subarray(0, -length))).toThrow(SealBroken);
      expect(() => openFields(keys, place, Buffer.concat([sealed, randomBytes(length)]))).toThrow(SealBroken);
    }
    expect(() => openFields(keys, place, Buffer.alloc(0))).toThrow(SealBroken);
  });

  it('open with an older key that is still there, and not once it is gone', () => {
    const [older, newer] = [entry('k1'), entry('k2')];
    const sealed = sealFields(MasterKeys.parse(older), place, fields);
    expect(openFields(MasterKeys.parse(`${newer}\n${older}`), place, sealed).password).toEqual(fields.password);
    expect(() => openFields(MasterKeys.parse(newer), place, sealed)).toThrow(SealBroken);
    expect(() => openFields(MasterKeys.parse(entry('k1')), place, sealed)).toThrow(SealBroken);
  });
});

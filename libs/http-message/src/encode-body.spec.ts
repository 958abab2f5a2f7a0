import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBody, type RenderedBody } from './encode-body.js';

const text = (body: RenderedBody): string => new TextDecoder().decode(encodeBody(body).bytes);

describe('encodeBody', () => {
  it('writes JSON, with integers beyond 2^53 exact', () => {
    const value = { id: 9223372036854775807n, list: [1, 'é"', null, true, { a: -1n }] };
    expect(text({ type: 'json', value })).toBe('{"id":9223372036854775807,"list":[1,"é\\"",null,true,{"a":-1}]}');
    expect(encodeBody({ type: 'json', value: null })).toMatchObject({ contentType: 'application/json' });
  });

  it('writes the JSON that JSON.stringify writes when there is no bigint', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(text({ type: 'json', value: value as never })).toBe(JSON.stringify(value)),
      ),
    );
  });

  it('writes forms in order, with duplicates', () => {
    const encoded = encodeBody({
      type: 'form',
      value: [
        ['b', '1 +&'],
        ['a', 'é'],
        ['b', '2'],
      ],
    });
    expect(new TextDecoder().decode(encoded.bytes)).toBe('b=1+%2B%26&a=%C3%A9&b=2');
    expect(encoded.contentType).toBe('application/x-www-form-urlencoded');
  });

  it('passes raw text and base64 bytes on', () => {
    expect(encodeBody({ type: 'raw', value: 'é' })).toEqual({
      bytes: new Uint8Array([0xc3, 0xa9]),
      contentType: 'text/plain; charset=utf-8',
    });
    expect(encodeBody({ type: 'base64', value: 'AP8=', contentType: 'image/png' })).toEqual({
      bytes: new Uint8Array([0, 255]),
      contentType: 'image/png',
    });
  });

  it('writes multipart that another parser reads back, whatever the parts hold', async () => {
    const part = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((name) => !/[\r\n"]/.test(name)),
      base64: fc
        .uint8Array({ maxLength: 40 })
        .map((bytes) => Buffer.concat([bytes, Buffer.from('\r\n--pontage-boundary-0')]).toString('base64')),
      filename: fc.constant('f.bin'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const { bytes, contentType } = encodeBody({ type: 'multipart', value: parts });
        const form = await new Response(bytes as BodyInit, { headers: { 'content-type': contentType } }).formData();
        const read = await Promise.all(
          [...form].map(async ([name, file]) => [
            name,
            Buffer.from(await (file as File).arrayBuffer()).toString('base64'),
          ]),
        );
        expect(read).toEqual(parts.map(({ name, base64 }) => [name, base64]));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps a name or file name from ending its line', () => {
    const body = text({ type: 'multipart', value: [{ name: 'a"\r\nX: y', value: 'v', filename: 'b"\n' }] });
    expect(body).toBe(
      '--pontage-boundary-0\r\nContent-Disposition: form-data; name="a%22%0D%0AX: y"; filename="b%22%0A"\r\n' +
        'Content-Type: application/octet-stream\r\n\r\nv\r\n--pontage-boundary-0--\r\n',
    );
  });

  it.each([
    [{ type: 'raw', value: '', contentType: 'a\r\nb' }, '/body/contentType'],
    [{ type: 'multipart', value: [{ name: 'a' }] }, '/body/value/0'],
    [{ type: 'multipart', value: [{ name: 'a', value: '', base64: '' }] }, '/body/value/0'],
    [{ type: 'multipart', value: [{ name: 'a', value: '', contentType: 'x\ny' }] }, '/body/value/0/contentType'],
  ] as [RenderedBody, string][])('refuses %j', (body, pointer) => {
    expect(() => encodeBody(body)).toThrow(
      expect.objectContaining({ slug: 'invalid-request', errors: [expect.objectContaining({ pointer })] }),
    );
  });
});

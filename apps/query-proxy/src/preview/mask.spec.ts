import { describe, expect, it } from '@jest/globals';
import { Mask } from './mask.js';

const secret = "pä ss/w+rd='1'&%";

describe('a mask', () => {
  const mask = new Mask([secret]);

  it.each([
    ['as it is', secret],
    ['as a header line has it', Buffer.from(secret).toString('latin1')],
    ['in base64', Buffer.from(secret).toString('base64').replace(/.?=*$/, '')],
    ['in base64url', Buffer.from(secret).toString('base64url').replace(/.$/, '')],
    ['percent-encoded', encodeURIComponent(secret)],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(secret))],
    ['as a form field', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['as a form field, percent-encoded', encodeURIComponent(new URLSearchParams({ a: secret }).toString().slice(2))],
    ['in JSON', JSON.stringify(`x "${secret}`).slice(5, -1)],
  ])('hides a secret %s', (_, spelling) => {
    expect(mask.text(`<${spelling}>`)).toMatch(/^<\*\*\*.{0,3}>$/);
  });

  it('hides what headers and canonical headers make of white space', () => {
    const spaced = new Mask(['  two  words ']);
    expect([spaced.text('x:two words'), spaced.text('two  words;')]).toEqual(['x:***', '***;']);
  });

  it('hides secrets that overlap or touch as one, however short', () => {
    expect(new Mask(['abcd', 'cdef', 'g', '']).text('-abcdefg-abc-g')).toBe('-***-abc-***');
    expect(new Mask(['***', '*']).text('a*b')).toBe('a***b');
  });

  it('hides a secret among bytes that are no text, and leaves the others', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0xe4]), Buffer.from(secret), Buffer.from([0xff])]);
    expect(mask.bytes(bytes)).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xfe, 0xe4]), Buffer.from('***'), Buffer.from([0xff])]),
    );
  });

  it('leaves everything else alone', () => {
    expect(mask.text('https://h/p?a=b')).toBe('https://h/p?a=b');
  });
});

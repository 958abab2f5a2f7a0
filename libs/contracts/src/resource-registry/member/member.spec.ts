import { describe, expect, it } from '@jest/globals';
import { email, memberChanges, memberDraft, password } from './member.js';

const composed = 'josé@example.com'.normalize('NFC');
const decomposed = composed.normalize('NFD');

describe('what people type', () => {
  it('is one address, however it is written', () => {
    expect(decomposed).not.toBe(composed);
    expect([decomposed, ` ${composed.toUpperCase()} `].map((text) => email.parse(text))).toEqual([composed, composed]);
  });

  it.each(['a@b\u0000', 'a\u200b@b.c', 'a b@c.d', 'a@b@c', '@b.c'])('%j is no address', (text) => {
    expect(email.safeParse(text).success).toBe(false);
  });

  it('is one password, whatever the keyboard', () => {
    const [one, other] = ['Crème brûlée 12'.normalize('NFC'), 'Crème brûlée 12'.normalize('NFD')];
    const read = (text: string) => [
      password.parse(text),
      memberDraft.parse({ email: 'a@b.c', password: text }).password,
      memberChanges.parse({ currentPassword: text }).currentPassword,
    ];
    expect(read(other)).toEqual(read(one));
  });

  it('is no name with control characters', () => {
    expect(memberDraft.safeParse({ email: 'a@b.c', name: 'Ada\u001b[31m' }).success).toBe(false);
    expect(memberDraft.parse({ email: 'a@b.c', name: 'Ada Ω 🦉' }).name).toBe('Ada Ω 🦉');
  });
});

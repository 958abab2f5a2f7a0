import { describe, expect, it } from '@jest/globals';
import type { OutboundRequest } from '@pontage/http-message';
import { z } from 'zod';
import type { AuthMethod, Credential, Grant, Occasion } from './auth-method.js';
import { authMethods } from './auth-methods.js';
import { describeMethod } from './method-schema.js';

/** One credential of a method, with the grant that it has when the method acquires one. */
export interface Sample {
  readonly credential: Credential;
  readonly grant?: Grant;
  /** The credential is what the caller's own request brings: nothing is put on it, only left. */
  readonly isCallers?: boolean;
  /** What the upstream has said before, for a method that remembers it. */
  readonly memory?: unknown;
}

const now = new Date('2026-11-20T12:00:00Z');
const request: OutboundRequest = {
  method: 'POST',
  url: 'https://api.example.com/v1/orders?state=open&state=paid',
  headers: [
    ['Accept', 'application/json'],
    ['X-Twice', '1'],
    ['x-twice', '2'],
    ['Cookie', 'locale=de'],
  ],
  body: Buffer.from('{"a":1}'),
};

const occasionOf = ({ memory }: Sample): Occasion => ({ random: Buffer.alloc(32, 7), memory, answers: 0 });

/** What every auth method must satisfy, whichever it is. */
export function conformsToAuthMethod(method: AuthMethod, samples: readonly Sample[]): void {
  describe(`${method.id} as an auth method`, () => {
    it('stands in the list under its id', () => {
      expect(authMethods.get(method.id)).toBe(method);
      expect(samples.length).toBeGreaterThan(0);
    });

    it('renders its schemas, secret fields write-only and in no setting', () => {
      const { settings, secrets, guide } = describeMethod(method);
      expect(settings).toMatchObject({ type: 'object', additionalProperties: false });
      const fields = Object.values((secrets as { properties: Record<string, unknown> }).properties);
      for (const field of fields) expect(field).toMatchObject({ writeOnly: true });
      expect(
        Object.keys(method.settings.shape).filter((name) => name in method.secrets.shape || name === 'method'),
      ).toEqual([]);
      expect(guide).toMatch(/\.$/);
    });

    it.each(samples)('applies sample %# purely: same in, same out, nothing touched', (sample) => {
      const { credential, grant } = sample;
      const frozen = deepFreeze({ request, credential: structuredClone(credential), grant, ...occasionOf(sample) });
      const apply = () => method.apply(frozen.request, frozen.credential, frozen.grant, now, frozen);
      expect(apply()).toEqual(apply());
      expect(apply()).toMatchObject({ method: request.method, body: request.body });
      expect(request.headers).toHaveLength(4);
    });

    it.each(samples)('says where sample %# puts the credential, and puts it nowhere else', (sample) => {
      const { credential, grant } = sample;
      const applied = method.apply(request, credential, grant, now, occasionOf(sample));
      const { headers, queryParams } = method.carriers(credential);
      const changed = applied.headers.filter(
        ([name, value]) => !request.headers.some(([known, before]) => known === name && before === value),
      );
      const carriers = [...new Set(changed.map(([name]) => name.toLowerCase()))].sort();
      expect(carriers).toEqual(sample.isCallers === true ? [] : [...headers].sort());
      const added = [...new URL(applied.url).searchParams.keys()].filter(
        (name) => !new URL(request.url).searchParams.has(name),
      );
      expect([...new Set(added)].sort()).toEqual([...queryParams].sort());
    });

    it.each(samples)('names what sample %# injects', (sample) => {
      const { credential, grant, isCallers = false } = sample;
      const applied = method.apply(request, credential, grant, now, occasionOf(sample));
      const injected = method.injectedValues(credential, grant, applied);
      const wire = decodeURIComponent(JSON.stringify([applied.url, applied.headers]));
      const { headers, queryParams } = method.carriers(credential);
      expect(injected.some((value) => wire.includes(value))).toBe(
        !isCallers && headers.length + queryParams.length > 0,
      );
      expect(injected).not.toContain('');
    });

    it.each(samples)('explains sample %# purely, and with no key that stays here', (sample) => {
      const { credential, grant } = sample;
      const applied = deepFreeze(method.apply(request, credential, grant, now, occasionOf(sample)));
      const explain = () => JSON.stringify(method.explain?.(applied, credential, grant) ?? {});
      expect(explain()).toBe(explain());
      const sent = method.injectedValues(credential, grant, applied);
      const kept = [...longTexts(credential.secrets), ...longTexts(grant?.value)].filter(
        (text) => !sent.includes(text),
      );
      expect(kept.filter((text) => decodeURIComponent(explain()).includes(text))).toEqual([]);
    });

    it.each(samples)('remembers sample %# purely, and leaves alone what it learns nothing about', (sample) => {
      const { credential, grant } = sample;
      const occasion = deepFreeze(occasionOf(sample));
      const sent = deepFreeze(method.apply(request, credential, grant, now, occasion));
      const answer = { status: 200, headers: [['Content-Type', 'text/plain']] } as const;
      const remember = () => method.remember?.(occasion.memory, sent, undefined);
      expect(remember()).toEqual(remember());
      if (method.remember !== undefined) expect(method.remember(occasion.memory, sent, answer)).toBe(occasion.memory);
      expect(method.observe ?? []).toEqual((method.observe ?? []).map((name) => name.toLowerCase()));
    });

    it.each(samples)('gives up on an answer that asks for nothing, for sample %#', (sample) => {
      const { credential, grant } = sample;
      const occasion = occasionOf(sample);
      const sent = method.apply(request, credential, grant, now, occasion);
      for (const status of method.answerOn ?? [401])
        expect(method.answer?.({ status, headers: [] }, sent, credential, grant, now, occasion)).toBeUndefined();
    });

    it('shows no secret in what its schemas say of a wrong one', () => {
      const secrets = samples.flatMap(({ credential }) =>
        Object.entries(credential.secrets).map(([name, value]) => ({ all: credential.secrets, name, value })),
      );
      for (const { all, name, value } of secrets) {
        for (const wrong of [`${textOf(value)}\r\nX: y`, [value], { set: value }]) {
          const { error } = method.secrets.safeParse({ ...all, [name]: wrong });
          expect(error).toBeDefined();
          const said = JSON.stringify([error?.message, error?.issues.map(({ message }) => message)]);
          expect(longTexts(value).filter((text) => said.includes(JSON.stringify(text).slice(1, -1)))).toEqual([]);
        }
      }
    });

    it('takes its own samples and refuses unknown fields', () => {
      for (const { credential } of samples) {
        expect(method.settings.parse(credential.settings)).toEqual(credential.settings);
        expect(method.secrets.parse(credential.secrets)).toEqual(credential.secrets);
      }
      expect(() => method.settings.parse({ ...samples[0]?.credential.settings, unknown: 1 })).toThrow(z.ZodError);
    });
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The texts of a secret that are long enough to be one. */
function longTexts(value: unknown): string[] {
  if (typeof value === 'string') return value.length < 8 || value === 'service_account' ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(longTexts) : [];
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

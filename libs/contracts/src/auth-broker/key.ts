import { missingScope, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';

/** How deep a rotation goes: data keys wrapped anew by the newest master key, or every secret under a new data key. */
export const rotationDepth = z.enum(['keys', 'data']);

/** A rotation under way, or the last one. */
export const keyRotation = z.strictObject({
  id: z.uuid(),
  depth: rotationDepth,
  /** The newest master key when it was asked for. */
  keyId: z.string(),
  requestedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** Records done so far. */
  records: z.int(),
  /** Records that do not open: altered, or their master key is not here. They stay as they are. */
  unreadable: z.int(),
});
export type KeyRotation = z.output<typeof keyRotation>;

/** Brings every sealed record under the newest master key, in the background; for operators. */
export const rotateKeys = requestContract({
  subject: 'v1.auth-broker.key.rotate',
  callers: ['gateway'],
  request: z.strictObject({ depth: rotationDepth.default('keys') }),
  reply: keyRotation,
  problems: [missingScope, unavailable],
});

/** The master keys and how many records each of them wraps; for operators. */
export const listKeys = requestContract({
  subject: 'v1.auth-broker.key.list',
  callers: ['gateway'],
  request: z.strictObject({}),
  reply: z.strictObject({
    data: z.array(
      z.strictObject({
        id: z.string(),
        /** It wraps what is sealed from now on. */
        current: z.boolean(),
        /** False: records name it, and no broker can open them. */
        present: z.boolean(),
        records: z.int(),
      }),
    ),
    rotation: keyRotation.nullable(),
  }),
  problems: [missingScope],
  deadlineMs: 10_000,
});

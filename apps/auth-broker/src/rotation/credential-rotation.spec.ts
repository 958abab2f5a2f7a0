import { describe, expect, it } from '@jest/globals';
import { stepOf, type RotationState } from './credential-rotation.js';

const minute = 60_000;
const hour = 60 * minute;
const state = (more: Partial<RotationState> = {}): RotationState => ({
  prefers: 'new',
  installedForMs: 2 * minute,
  begunForMs: 2 * minute,
  accepted: 0,
  refused: 0,
  unacceptedForMs: 2 * minute,
  quietForMs: 2 * minute,
  ...more,
});

describe('a rotation', () => {
  it('is installed when its resource names the new credential, and dropped when that never comes about', () => {
    const claimed = { installedForMs: null };
    expect(stepOf(state(claimed), true)).toBe('install');
    expect(stepOf(state({ ...claimed, begunForMs: 9 * minute }), false)).toBe('wait');
    expect(stepOf(state({ ...claimed, begunForMs: 11 * minute }), false)).toBe('drop');
  });

  it('is dropped when its resource has another credential', () => {
    expect(stepOf(state({ accepted: 100 }), false)).toBe('drop');
    expect(stepOf(state({ accepted: 100, installedForMs: 9_000 }), false)).toBe('wait');
  });

  it('settles after a minute of answers without a refusal', () => {
    expect(stepOf(state({ accepted: 5 }), true)).toBe('settle');
    expect(stepOf(state({ accepted: 4 }), true)).toBe('wait');
    expect(stepOf(state({ accepted: 5_000, quietForMs: 59_000 }), true)).toBe('wait');
  });

  it('fails after a minute of nothing but refusals', () => {
    const refused = { refused: 10, quietForMs: 0 };
    expect(stepOf(state(refused), true)).toBe('fail');
    expect(stepOf(state({ ...refused, refused: 9 }), true)).toBe('wait');
    expect(stepOf(state({ ...refused, unacceptedForMs: 59_000 }), true)).toBe('wait');
  });

  it('comes to its end within a day where nobody asks the upstream, and stays on the old one where it was refused lately', () => {
    const late = { installedForMs: 25 * hour };
    expect(stepOf(state({ ...late, installedForMs: 23 * hour, quietForMs: 23 * hour }), true)).toBe('wait');
    expect(stepOf(state({ ...late, quietForMs: 25 * hour }), true)).toBe('settle');
    expect(stepOf(state({ ...late, quietForMs: 10 * minute }), true)).toBe('fail');
  });

  it('that has failed recovers once the upstream takes the new one, and never ends by itself', () => {
    const failed = { prefers: 'previous', installedForMs: 100 * hour, quietForMs: 100 * hour } as const;
    expect(stepOf(state({ ...failed, accepted: 5 }), true)).toBe('recover');
    expect(stepOf(state(failed), true)).toBe('wait');
  });
});

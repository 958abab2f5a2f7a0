import { describe, expect, it } from '@jest/globals';
import { setGroupResource } from '@pontage/contracts/resource-registry';
import { fieldErrors, isProblem } from '@pontage/problems';
import { checkEnvironments, recorded } from './grant.js';

/** The pointers of everything that is wrong with a list of environments: its shape, or what it means here. */
function pointersOf(environments: string[] | null): string[] {
  const parsed = setGroupResource.request.safeParse({ id: 1, resource: 'r', access: 'use', environments });
  if (!parsed.success) return fieldErrors(parsed.error).map(({ pointer }) => pointer);
  try {
    checkEnvironments({ access: 'use', environments: parsed.data.environments }, ['production', 'staging']);
    return [];
  } catch (error) {
    return isProblem(error) && error.slug === 'invalid-request' ? error.errors.map(({ pointer }) => pointer) : ['?'];
  }
}

describe('the environments of a grant', () => {
  it('are some of the organisation’s, or all', () => {
    expect([null, ['staging'], ['staging', 'production']].map(pointersOf)).toEqual([[], [], []]);
  });

  it('are neither none, nor named twice, nor unknown', () => {
    expect(pointersOf([])).toEqual(['/environments']);
    expect(pointersOf(['staging', 'staging'])).toEqual(['/environments/1']);
    expect(pointersOf(['next', 'staging', 'past'])).toEqual(['/environments/0', '/environments/2']);
    expect(pointersOf(['Not a name'])).toEqual(['/environments/0']);
  });
});

describe('a grant on record', () => {
  it('is its level when it holds everywhere, and says where otherwise', () => {
    expect(recorded({ access: 'use', environments: null })).toBe('use');
    expect(recorded({ access: 'use', environments: ['staging'] })).toEqual({
      access: 'use',
      environments: ['staging'],
    });
    expect(recorded(null)).toBeNull();
  });
});

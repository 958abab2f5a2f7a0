import { describe, expect, it } from '@jest/globals';
import { queryParams } from '@pontage/contracts/resource-registry';
import { isProblem } from '@pontage/problems';
import { checkParams } from './check-params.js';

const schema = queryParams.parse({
  properties: {
    status: { type: 'string', enum: ['open', 'closed'], default: 'open' },
    limit: { type: 'integer', minimum: 1, maximum: 10 },
    note: { type: 'string', maxLength: 3 },
    all: { type: 'boolean' },
  },
  required: ['limit'],
});

const faults = (given: Record<string, unknown>): unknown => {
  try {
    return checkParams(schema, given);
  } catch (error) {
    return isProblem(error) ? error.errors.map(({ pointer }) => pointer) : error;
  }
};

describe('checkParams', () => {
  it('fills in defaults', () => expect(checkParams(schema, { limit: 2 })).toEqual({ status: 'open', limit: 2 }));

  it.each([
    [{}, ['/params/limit']],
    [{ limit: 2, extra: 1 }, ['/params/extra']],
    [{ limit: '2' }, ['/params/limit']],
    [{ limit: 1.5 }, ['/params/limit']],
    [{ limit: 0 }, ['/params/limit']],
    [{ limit: 11 }, ['/params/limit']],
    [{ limit: 2, status: 'lost' }, ['/params/status']],
    [{ limit: 2, note: 'long' }, ['/params/note']],
    [{ limit: 2, all: 'yes' }, ['/params/all']],
    [{ limit: 2, __proto__x: 1, constructor: 2 }, ['/params/__proto__x', '/params/constructor']],
  ])('refuses %j at %j', (given, pointers) => expect(faults(given)).toEqual(pointers));
});

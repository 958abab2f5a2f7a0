import { describe, expect, it } from '@jest/globals';
import { pairValues, refuseBadTemplates, textsIn } from './template-check.js';

const faults = (text: string, params?: string[]) => {
  try {
    refuseBadTemplates([['/here', text]], params === undefined ? undefined : new Set(params));
    return [];
  } catch (error) {
    return (error as { errors: { pointer: string; detail: string }[] }).errors;
  }
};

describe('refuseBadTemplates', () => {
  it.each(['plain', '{{ config.A }}', 'a {{ current_user.metadata["store id"] }} b {{ params.x[0] }}', '{{', '}}'])(
    'lets %s pass',
    (text) => {
      expect(faults(text)).toEqual([]);
    },
  );

  it.each([
    '{{ 1 }}',
    '{{ a() }}',
    '{{ config.A + 1 }}',
    '{{ }}',
    '{{ window.location }}',
    '{{ __proto__ }}',
    '{{ constructor.name }}',
  ])('refuses %s', (text) => {
    expect(faults(text)).toEqual([{ pointer: '/here', detail: expect.any(String) }]);
  });

  it('knows which parameters are declared, when they are', () => {
    expect(faults('{{ params.x }}{{ params.y }}', ['x'])).toEqual([
      { pointer: '/here', detail: 'The parameter y is not declared.' },
    ]);
    expect(faults('{{ params }}', [])).toEqual([]);
  });

  it('reports every fault at once', () => {
    expect(faults('{{ a.b }} {{ c.d }}')).toHaveLength(2);
  });
});

describe('the texts of a thing', () => {
  it('are found in JSON with their pointers', () => {
    expect(textsIn({ a: [{ 'b/c': 'x' }, 1, null], d: 'y' }, '/body')).toEqual([
      ['/body/a/0/b~1c', 'x'],
      ['/body/d', 'y'],
    ]);
  });

  it('are the values of pairs, not their names', () => {
    expect(pairValues([['{{ n }}', 'v']], '/headers')).toEqual([['/headers/0/1', 'v']]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseTemplate, plainText, renderText } from '@pontage/templates';
import { CallVariables } from './call-variables.js';

const [org, keyId, otherId] = ['o', '7b0f7a2e-3c1c-4f0e-9c59-0d6d4f5b7a11', '7b0f7a2e-3c1c-4f0e-9c59-0d6d4f5b7a12'];
const entries = new Map([
  ['o.staging.PLAIN', { value: 'plain' }],
  ['o.staging.KEY', { valueId: keyId }],
  ['o.staging.OTHER', { valueId: otherId }],
]);

/** A call's variables, and what was asked for them. */
function variables(here: Record<string, string> = {}, environment = 'staging') {
  const asked: string[] = [];
  const known = {
    config: { get: (key: string) => entries.get(key) },
    *variables(of: string, within: string): Iterable<[string, { value: string } | { valueId: string }]> {
      const prefix = `${of}.${within}.`;
      for (const [key, entry] of entries) if (key.startsWith(prefix)) yield [key.slice(prefix.length), entry];
    },
  };
  const source = {
    cached: ({ valueId }: { valueId: string }) => here[valueId],
    ask: async ({ name }: { name: string }) => (asked.push(name), `asked ${name}`),
  };
  return { asked, of: new CallVariables(known, source, org, environment) };
}
const render = (text: string, config: CallVariables['ofQuery']) =>
  renderText(parseTemplate(text), { config }, plainText);

describe('the variables of a call', () => {
  it('wait for nothing when no secret one is named, or its value is here', async () => {
    const { of, asked } = variables({ [keyId]: 's3cret' });
    expect(of.open([])).toBeUndefined();
    expect(of.open(['PLAIN', 'MISSING', 'KEY'])).toBeUndefined();
    expect(render('{{ config.KEY }}', of.ofSettings)).toBe('s3cret');
    await of.open(['KEY', 'OTHER']);
    expect(asked).toEqual(['OTHER']);
    // Opened after the settings have been rendered: a credential may name others.
    expect(render('{{ config.OTHER }}{{ config.PLAIN }}', of.ofSettings)).toBe('asked OTHERplain');
    expect(['PLAIN', 'KEY', 'OTHER'].map((name) => of.secretText(name))).toEqual([undefined, 's3cret', 'asked OTHER']);
  });

  it('are those of the environment', () => {
    const { of } = variables({ [keyId]: 's3cret' }, 'production');
    expect(of.open(['KEY'])).toBeUndefined();
    expect(() => render('{{ config.KEY }}', of.ofSettings)).toThrow(
      expect.objectContaining({ slug: 'unknown-variable' }),
    );
  });

  it('are refused to a query by name, when they are secret, opened or not', () => {
    const { of } = variables({ [keyId]: 's3cret' });
    void of.open(['KEY']);
    for (const text of ['{{ config.KEY }}', '{{ config["KEY"] }}', '{{ config.KEY.length }}', '{{ config.OTHER }}'])
      expect(() => render(text, of.ofQuery)).toThrow(expect.objectContaining({ slug: 'secret-variable' }));
    expect(render('{{ config.PLAIN }}', of.ofQuery)).toBe('plain');
  });

  it('show no secret when all of them are written at once', () => {
    const { of } = variables({ [keyId]: 's3cret' });
    void of.open(['KEY']);
    expect([render('{{ config }}', of.ofSettings), render('{{ config }}', of.ofQuery)]).toEqual([
      '{"PLAIN":"plain"}',
      '{"PLAIN":"plain"}',
    ]);
  });
});

import type { SecretView } from '@pontage/contracts/resource-registry';
import type { Pairs } from '@pontage/http-message';
import { isProblem, Problem } from '@pontage/problems';
import { parseTemplate, renderText, type Encoder, type Scope } from '@pontage/templates';
import type { SecretLedger } from './injected-secrets.js';

/** Pairs of a resource's settings, whose values may be sealed. */
export type SettingPairs = readonly (readonly [string, string | SecretView])[];

/** Names the field that a problem is about, when the problem does not name one itself. */
export function at<T>(pointer: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (!isProblem(error) || error.errors.length > 0) throw error;
    const { definition, facts, message } = error;
    throw new Problem(definition, facts, { errors: [{ pointer, detail: message }], cause: error });
  }
}

/** The pairs of a query, rendered. @throws Problem with the pointer of the pair */
export function renderPairs(given: Pairs, scope: Scope, encode: Encoder, pointer: string): [string, string][] {
  return given.map(([name, value], index) => [
    name,
    at(`${pointer}/${index}/1`, () => renderText(parseTemplate(value), scope, encode)),
  ]);
}

/** The pairs of a resource's setting, rendered, the sealed ones opened and noted. @throws Problem with the pointer of the pair */
export function renderSetting(
  setting: 'urlParams' | 'body' | 'cookies',
  given: SettingPairs,
  scope: Scope,
  encode: Encoder,
  ledger: SecretLedger,
): [string, string][] {
  return given.map(([name, value], index) => {
    const template = parseTemplate(ledger.textOf(setting, name, value));
    const text = at(`/${setting}/${index}/1`, () => renderText(template, scope, encode));
    if (typeof value !== 'string') ledger.note(setting, name, text);
    ledger.noteVariables(setting, name, template, text);
    return [name, text];
  });
}

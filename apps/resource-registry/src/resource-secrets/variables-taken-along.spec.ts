import { describe, expect, it } from '@jest/globals';
import { resourceSettings } from '@pontage/contracts/resource-registry';
import { noCredential, type ResourceContent } from '../resource/resource.js';
import { variablesTakenAlong } from './variables-taken-along.js';

const view = (name: string) => ({ method: 'session', verificationUrl: `/check?key={{ config.${name} }}` });
const content = (authentication: object, more: object = {}): ResourceContent => ({
  ...noCredential,
  authentication: { method: 'none', ...authentication },
  settings: resourceSettings.parse({ name: 'orders', baseUrl: 'https://a.example', ...more }),
  secretsId: null,
  environmentCredentials: {},
  secretsSince: {},
});
const taken = (before: ResourceContent, after: ResourceContent, drafted: (string | null)[] = []) =>
  variablesTakenAlong(before, after, (environment) => drafted.includes(environment)).map(
    ({ name, pointer }) => `${name} ${pointer}`,
  );
const elsewhere = { baseUrl: 'https://b.example' };
const at = (environment: string) => `${environment}/authentication/verificationUrl`;

describe('the variables that a credential names readably', () => {
  const before = content(view('KEY'));

  it('are taken along by a credential that is kept for another place', () => {
    expect(taken(before, before)).toEqual([]);
    expect(taken(before, content(view('KEY'), elsewhere))).toEqual([`KEY ${at('')}`]);
    const own = { environments: { staging: { authentication: view('OWN') } } };
    const apart = { environments: { staging: { authentication: view('OWN'), ...elsewhere } } };
    expect(taken(content({}, own), content({}, apart))).toEqual([`OWN ${at('/environments/staging')}`]);
    expect(taken(content({}, apart), content({}, apart))).toEqual([]);
  });

  it('are taken along by an environment that goes elsewhere with the credential of everywhere', () => {
    const staging = { environments: { staging: elsewhere } };
    const own = { environments: { staging: { ...elsewhere, authentication: { method: 'none' } } } };
    expect(taken(before, content(view('KEY'), staging))).toEqual([`KEY ${at('/environments/staging')}`]);
    expect(taken(content(view('KEY'), own), content(view('KEY'), staging))).toEqual([
      `KEY ${at('/environments/staging')}`,
    ]);
    expect(taken(content(view('KEY'), staging), content(view('KEY'), staging))).toEqual([]);
    expect(taken(before, content(view('KEY'), { environments: { staging: { timeoutMs: 500 } } }))).toEqual([]);
  });

  it('are the broker’s to report where a draft brings them', () => {
    expect(taken(before, content(view('NEW'), elsewhere), [null])).toEqual([]);
    const staging = { environments: { staging: elsewhere } };
    expect(taken(before, content(view('NEW'), staging), [null])).toEqual([`NEW ${at('/environments/staging')}`]);
  });
});

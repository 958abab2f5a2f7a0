import type { Bus } from '@pontage/bus';
import { groupsOf, type Call } from '@pontage/contracts';
import { dropDrafts } from '@pontage/contracts/auth-broker';
import type { QueryCall } from '@pontage/contracts/query-proxy';
import { checkResource } from '@pontage/contracts/resource-registry';
import { forbidden, invalidRequest, isProblem, type FieldError } from '@pontage/problems';
import type { z } from 'zod';
import { draftResource } from '../control-plane/resource/draft-resource.js';
import { credentialOf } from '../control-plane/resource/given-authentication.js';
import type { unsavedTestRequest } from './connection-test.js';

type Given = z.output<typeof unsavedTestRequest>['resource'];
type Unsaved = Omit<Extract<QueryCall, { kind: 'unsaved' }>, 'kind' | 'query'>;

/** Where the resource stands in the request, before the pointers of what checks it. */
const root = '/resource';

/**
 * Checks a resource that is not saved as it would be checked then, and lets `use` have it while the broker keeps its secrets as
 * drafts. Afterwards the drafts are dropped, whatever happened.
 * @throws Problem what a save would be refused with, its pointers below `/resource`
 */
export async function withUnsaved<T>(
  bus: Bus,
  given: Given,
  call: Call,
  use: (unsaved: Unsaved) => Promise<T>,
): Promise<T> {
  refuseKept(given);
  refuseHiddenVariables(given, call);
  const drafts: string[] = [];
  try {
    const unsaved = await below(root, () => draft(bus, given, call, drafts));
    return await use(unsaved);
  } finally {
    // What cannot be dropped now is swept: it must not hide what became of the test.
    if (drafts.length > 0) await bus.request(dropDrafts, { draftIds: drafts }, call).catch(() => undefined);
  }
}

async function draft(bus: Bus, { authentication, ...given }: Given, call: Call, drafts: string[]): Promise<Unsaved> {
  const whole = { ...given, authentication: credentialOf(authentication) };
  const { settings, draftId = null, secretsDraftId = null } = await draftResource(bus, whole, call, drafts);
  const checked = await bus.request(checkResource, { settings }, call);
  const own = Object.entries(settings.environments ?? {}).flatMap(([name, each]) =>
    'authentication' in each ? [[name, (each.authentication as { draftId: string }).draftId] as const] : [],
  );
  return { settings: checked.settings, draftId, environmentDrafts: Object.fromEntries(own), secretsDraftId };
}

async function below<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isProblem(error) && error.errors.length > 0 ? error.below(prefix) : error;
  }
}

/** @throws invalidRequest for placeholders: a kept secret would go to wherever this resource leads */
function refuseKept(given: Given): void {
  const detail = 'A secret that is kept cannot be tested here: give it, or save the resource and test it by its id.';
  const errors = secretsOf(given).flatMap(([pointer, value]): FieldError[] =>
    isPlaceholder(value) ? [{ pointer: root + pointer, detail }] : [],
  );
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

/**
 * What is saved is looked through by the broker for the secret variables that it brings in; here nothing is saved.
 * @throws forbidden for whoever is restricted to groups and names a variable where nobody can see which
 */
function refuseHiddenVariables(given: Given, { principal }: Call): void {
  if (groupsOf(principal) === null) return;
  const detail =
    'A token that is restricted to groups tests secrets and authentication without configuration variables.';
  const errors = secretsOf(given).flatMap(([pointer, value]): FieldError[] =>
    /\{\{[^}]*config/.test(JSON.stringify(value)) ? [{ pointer: root + pointer, detail }] : [],
  );
  if (errors.length > 0) throw forbidden({}, { errors });
}

/** The places of a resource whose values readers do not see, those of its environments too. */
function secretsOf({ environments, ...everywhere }: Given): [pointer: string, value: unknown][] {
  const own = Object.entries(environments).flatMap(([name, each]) => secretsIn(each, `/environments/${name}`));
  return [...secretsIn(everywhere, ''), ...own];
}

type Settings = Partial<Omit<Given, 'environments'>>;

function secretsIn({ urlParams, headers, body, cookies, tls, authentication = {} }: Settings, prefix: string) {
  const pairs = Object.entries({ urlParams, headers, body, cookies }).flatMap(([setting, list = []]) =>
    list.flatMap(([name, value], index): [string, unknown][] =>
      typeof value === 'string' && name.toLowerCase() !== 'authorization'
        ? []
        : [[`${prefix}/${setting}/${index}/1`, value]],
    ),
  );
  const fields = Object.entries(authentication).map(([name, value]): [string, unknown] => [
    `${prefix}/authentication/${name}`,
    value,
  ]);
  return [...pairs, ...fields, [`${prefix}/tls/clientKey`, tls?.clientKey ?? null] as [string, unknown]];
}

const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'set' in value && value.set === true;

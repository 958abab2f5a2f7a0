import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { draftCredential, draftSecrets, dropDrafts } from '@pontage/contracts/auth-broker';
import type { QueryCall } from '@pontage/contracts/query-proxy';
import { checkResource } from '@pontage/contracts/resource-registry';
import { invalidRequest, isProblem, Problem, type FieldError } from '@pontage/problems';
import type { z } from 'zod';
import { credentialOf } from '../control-plane/given-authentication.js';
import { splitSecrets } from '../control-plane/split-secrets.js';
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
  const { settings, draft: sealed } = splitSecrets(given);
  const credential = credentialOf(authentication);
  const keep = async (asked: Promise<{ draftId: string }>): Promise<string> => {
    const { draftId } = await asked;
    drafts.push(draftId);
    return draftId;
  };
  const [draftId, secretsDraftId] = await settled([
    credential === undefined ? null : keep(bus.request(draftCredential, { authentication: credential }, call)),
    sealed.secrets.length === 0 ? null : keep(bus.request(draftSecrets, sealed, call)),
  ]);
  const checked = await bus.request(checkResource, { settings }, call);
  return { settings: checked.settings, draftId: draftId ?? null, secretsDraftId: secretsDraftId ?? null };
}

/** All of them, or the first failure once every one has ended, so that no draft is made behind our back. */
async function settled<T>(all: readonly (T | Promise<T>)[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(all);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function below<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error) || error.errors.length === 0) throw error;
    const errors = error.errors.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail }));
    throw new Problem(error.definition, error.facts, {
      errors,
      cause: error,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    });
  }
}

/** @throws invalidRequest for placeholders: a kept secret would go to wherever this resource leads */
function refuseKept(given: Given): void {
  const detail = 'A secret that is kept cannot be tested here: give it, or save the resource and test it by its id.';
  const errors = placeholders(given).map((pointer): FieldError => ({ pointer: root + pointer, detail }));
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

function placeholders({ urlParams, headers, body, cookies, tls, authentication = {} }: Given): string[] {
  const pairs = Object.entries({ urlParams, headers, body, cookies }).flatMap(([setting, list]) =>
    list.map(([, value], index) => [`/${setting}/${index}/1`, value] as const),
  );
  const fields = Object.entries(authentication).map(([name, value]) => [`/authentication/${name}`, value] as const);
  return [...pairs, ...fields, ['/tls/clientKey', tls.clientKey] as const]
    .filter(([, value]) => isPlaceholder(value))
    .map(([pointer]) => pointer);
}

const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'set' in value && value.set === true;

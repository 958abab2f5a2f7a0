import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { draftCredential, draftSecrets } from '@pontage/contracts/auth-broker';
import type { ResourceGiven } from '@pontage/contracts/resource-registry';
import { throwBelow } from '@pontage/problems';
import type { z } from 'zod';
import { noteSecrets } from '../../authentication/note-secrets.js';
import { splitSecrets, type SplitSettings } from './split-secrets.js';

type Authentication = z.output<typeof draftCredential.request>['authentication'];

/** A resource as a client gives it. */
export type GivenResource = ResourceGiven & { readonly authentication?: Authentication | undefined };

/** Null, where an environment may be ended. */
type Ended<G extends ResourceGiven> = null & NonNullable<G['environments']>[string];

/** A resource as the registry hears of it: the broker keeps its secrets as drafts. */
export interface DraftedResource<G extends ResourceGiven> {
  readonly settings: SplitSettings<G>['settings'] & { environments?: Record<string, object | Ended<G>> };
  readonly draftId?: string;
  readonly secretsDraftId?: string;
}

/**
 * Parts the secrets from a resource: only the broker hears them, sealed.
 * @param made gets the name of each draft that is made, also when another one fails
 * @throws Problem the broker's, with the pointers of all faults in what was given
 */
export async function draftResource<G extends GivenResource>(
  bus: Bus,
  { authentication, ...given }: G,
  call: Call,
  made: string[] = [],
): Promise<DraftedResource<Omit<G, 'authentication'>>> {
  const { settings, environments, secrets } = splitSecrets(given);
  noteSecrets(
    call.org,
    secrets.map(({ value }) => value),
  );
  const noted = async (asked: Promise<{ draftId: string }>) => {
    const drafted = await asked;
    made.push(drafted.draftId);
    return drafted;
  };
  const draft = (of: Authentication) => noted(bus.request(draftCredential, { authentication: of }, call));
  const [credential, own, values] = await settled([
    authentication === undefined ? undefined : draft(authentication),
    draftsOf(given.environments ?? {}, draft),
    secrets.length === 0 ? undefined : noted(bus.request(draftSecrets, { secrets }, call)),
  ]);
  return {
    settings: { ...settings, ...(environments && { environments: withDrafts<object | Ended<G>>(environments, own) }) },
    ...(credential === undefined ? {} : { draftId: credential.draftId }),
    ...(values === undefined ? {} : { secretsDraftId: values.draftId }),
  };
}

type Draft = (of: Authentication) => Promise<{ readonly draftId: string }>;
type Environments = NonNullable<GivenResource['environments']>;

/** The drafts of the authentication that environments have of their own. */
async function draftsOf(environments: Environments, draft: Draft): Promise<ReadonlyMap<string, { draftId: string }>> {
  const drafts = Object.entries(environments).map(async ([name, own]) => {
    const authentication = own?.authentication;
    if (authentication === undefined) return [];
    const drafted = await draft(authentication).catch(throwBelow(`/environments/${name}`));
    return [[name, drafted] as const];
  });
  return new Map((await settled(drafts)).flat());
}

function withDrafts<E>(environments: Readonly<Record<string, E>>, drafts: ReadonlyMap<string, object>) {
  const entries = Object.entries(environments).map(([name, settings]) => {
    const authentication = drafts.get(name);
    return [name, authentication === undefined ? settings : { ...settings, authentication }] as const;
  });
  return Object.fromEntries(entries);
}

/** All of them, or the first failure once every one has ended, so that no draft is made behind anybody's back. */
async function settled<const T extends readonly unknown[]>(
  all: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(all);
  return Promise.all(all);
}

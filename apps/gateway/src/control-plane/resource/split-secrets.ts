import type { RequestOf } from '@pontage/contracts';
import type { draftSecrets, SecretPlace } from '@pontage/contracts/auth-broker';
import type { updateResource, ResourceGiven } from '@pontage/contracts/resource-registry';

type Secrets = RequestOf<typeof draftSecrets>['secrets'];
type Settings = RequestOf<typeof updateResource>['settings'];
type GivenPairs = NonNullable<ResourceGiven['headers']>;
type DraftedPairs = NonNullable<Settings['headers']>;

const pairSettings = ['urlParams', 'headers', 'body', 'cookies'] as const;
type Replaced = (typeof pairSettings)[number] | 'tls';
type HoldsSecrets = Pick<ResourceGiven, Replaced>;
type GivenEnvironmentOf<G extends ResourceGiven> = NonNullable<G['environments']>[string];
type GivenEnvironment = GivenEnvironmentOf<ResourceGiven>;

/** Settings without their secrets, and the secrets for the broker. */
export interface SplitSettings<G extends ResourceGiven> {
  readonly settings: Omit<G, Replaced | 'environments'> & Omit<Settings, 'environments'>;
  /** What the environments have of their own, but for their authentication. */
  readonly environments: Readonly<Record<string, object | (null & GivenEnvironmentOf<G>)>> | undefined;
  readonly secrets: Secrets;
}

/**
 * Takes the secrets out of the settings that a client gives, those of its environments too: in their places stands which
 * one of the draft each of them is. A literal `Authorization` header counts as one, sealed or not.
 */
export function splitSecrets<G extends ResourceGiven>({ environments, ...given }: G): SplitSettings<G> {
  const secrets: Secrets = [];
  const own = environments && Object.entries(environments);
  // The compiler does not see that every list that may hold a secret has been replaced.
  return {
    settings: withoutSecrets(given, '', secrets) as SplitSettings<G>['settings'],
    environments: (own &&
      Object.fromEntries(
        own.map(([name, each]) => [name, ofEnvironment(name, each, secrets)]),
      )) as SplitSettings<G>['environments'],
    secrets,
  };
}

function ofEnvironment(name: string, given: GivenEnvironment, secrets: Secrets): HoldsSecrets | null {
  if (given === null) return null;
  const { authentication: _, ...settings } = given;
  return withoutSecrets(settings, `/environments/${name}`, secrets);
}

function withoutSecrets(given: HoldsSecrets, prefix: string, secrets: Secrets): HoldsSecrets {
  const drafted = (place: SecretPlace, at: string, value: string, certificate: string | null = null) => {
    secrets.push({ place, pointer: prefix + at, value, certificate });
    return { draft: `s${secrets.length - 1}` };
  };
  const split = (setting: (typeof pairSettings)[number], pairs: GivenPairs): DraftedPairs =>
    pairs.map(([name, value], index) => {
      const place = { setting, name: setting === 'headers' ? name.toLowerCase() : name };
      const at = `/${setting}/${index}/1`;
      const isSecret = setting === 'headers' && place.name === 'authorization';
      if (typeof value === 'string') return [name, isSecret ? drafted(place, at, value) : value];
      return [name, 'secret' in value ? drafted(place, at, value.secret) : value];
    });
  const pairs = pairSettings.flatMap((setting) => {
    const value = given[setting];
    return value === undefined ? [] : [[setting, split(setting, value)] as const];
  });
  const { tls } = given;
  const key = tls?.clientKey;
  const keyOf = (text: string) =>
    drafted({ setting: 'clientKey', name: '' }, '/tls/clientKey', text, tls?.clientCertificate ?? null);
  const splitTls = tls && { ...tls, clientKey: typeof key === 'string' ? keyOf(key) : (key ?? null) };
  const parted: unknown = { ...given, ...Object.fromEntries(pairs), ...(tls === undefined ? {} : { tls: splitTls }) };
  return parted as HoldsSecrets;
}

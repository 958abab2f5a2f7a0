import type { RequestOf } from '@pontage/contracts';
import type { draftSecrets, SecretPlace } from '@pontage/contracts/auth-broker';
import type { updateResource, ResourceGiven } from '@pontage/contracts/resource-registry';

type Drafts = RequestOf<typeof draftSecrets>;
type Settings = RequestOf<typeof updateResource>['settings'];
type GivenPairs = NonNullable<ResourceGiven['headers']>;
type DraftedPairs = NonNullable<Settings['headers']>;

const pairSettings = ['urlParams', 'headers', 'body', 'cookies'] as const;

type Replaced = (typeof pairSettings)[number] | 'tls';

/**
 * Takes the secrets out of the settings that a client gives: in their places stands which one of the draft each of them
 * is. A literal `Authorization` header counts as one, sealed or not.
 */
export function splitSecrets<G extends ResourceGiven>(
  given: G,
): { readonly settings: Omit<G, Replaced> & Settings; readonly draft: Drafts } {
  const secrets: Drafts['secrets'] = [];
  const drafted = (place: SecretPlace, pointer: string, value: string): { draft: string } => {
    secrets.push({ place, pointer, value });
    return { draft: `s${secrets.length - 1}` };
  };
  const split = (setting: (typeof pairSettings)[number], pairs: GivenPairs): DraftedPairs =>
    pairs.map(([name, value], index) => {
      const place = { setting, name: setting === 'headers' ? name.toLowerCase() : name };
      const pointer = `/${setting}/${index}/1`;
      const isSecret = setting === 'headers' && place.name === 'authorization';
      if (typeof value === 'string') return [name, isSecret ? drafted(place, pointer, value) : value];
      return [name, 'secret' in value ? drafted(place, pointer, value.secret) : value];
    });
  const pairs = pairSettings.flatMap((setting) => {
    const value = given[setting];
    return value === undefined ? [] : [[setting, split(setting, value)] as const];
  });
  const { tls } = given;
  const key = tls?.clientKey;
  const keyOf = (text: string) => drafted({ setting: 'clientKey', name: '' }, '/tls/clientKey', text);
  const splitTls = tls && { ...tls, clientKey: typeof key === 'string' ? keyOf(key) : (key ?? null) };
  // The compiler does not see that every list that may hold a secret has been replaced.
  const settings: unknown = {
    ...given,
    ...Object.fromEntries(pairs),
    ...(splitTls === undefined ? {} : { tls: splitTls }),
  };
  return {
    settings: settings as Omit<G, Replaced> & Settings,
    draft: { secrets, clientCertificate: tls?.clientCertificate ?? null },
  };
}

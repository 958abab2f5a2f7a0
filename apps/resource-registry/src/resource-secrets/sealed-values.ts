import type { SecretPlace } from '@pontage/contracts/auth-broker';
import type { DraftedSecret, ResourceDraft, ResourceSettings, SecretView } from '@pontage/contracts/resource-registry';
import { invalidRequest, secretRequired, type FieldError } from '@pontage/problems';

/** A place of a resource's settings where a sealed value stands. */
export interface SealedPlace<V = SecretView | DraftedSecret> {
  readonly place: SecretPlace;
  readonly pointer: string;
  readonly value: V;
}

type Settings = Pick<ResourceDraft, (typeof pairSettings)[number] | 'tls'>;
const pairSettings = ['urlParams', 'headers', 'body', 'cookies'] as const;

/** Every sealed value of the settings, those of the draft and those that are there already. */
export function sealedPlacesOf(settings: Settings): SealedPlace[] {
  const inPairs = pairSettings.flatMap((setting) =>
    settings[setting].flatMap(([name, value], index): SealedPlace[] => {
      if (typeof value === 'string') return [];
      const place = { setting, name: setting === 'headers' ? name.toLowerCase() : name };
      return [{ place, pointer: `/${setting}/${index}/1`, value }];
    }),
  );
  const { clientKey } = settings.tls;
  if (clientKey === null) return inPairs;
  return [...inPairs, { place: { setting: 'clientKey', name: '' }, pointer: '/tls/clientKey', value: clientKey }];
}

/** Those that shall stay as they are. */
export const keptPlacesOf = (settings: Settings): SealedPlace<SecretView>[] =>
  sealedPlacesOf(settings).filter((each): each is SealedPlace<SecretView> => 'set' in each.value);

/** True when the settings hold a secret that has yet to be claimed. */
export const holdsDrafted = (settings: Settings): boolean =>
  sealedPlacesOf(settings).some(({ value }) => 'draft' in value);

/** The settings as they are saved: each drafted secret shows as set, by the fingerprint that the broker gave it. */
export function asStored(settings: ResourceDraft, fingerprints: Readonly<Record<string, string>>): ResourceSettings {
  const view = (value: SecretView | DraftedSecret): SecretView => {
    if ('set' in value) return value;
    const fingerprint = fingerprints[value.draft];
    if (fingerprint === undefined) throw invalidRequest({}, { detail: 'A sealed value is not in the draft.' });
    return { set: true, fingerprint };
  };
  const stored = (pairs: ResourceDraft['headers']): ResourceSettings['headers'] =>
    pairs.map(([name, value]) => [name, typeof value === 'string' ? value : view(value)]);
  const { urlParams, headers, body, cookies, tls } = settings;
  return {
    ...settings,
    urlParams: stored(urlParams),
    headers: stored(headers),
    body: stored(body),
    cookies: stored(cookies),
    tls: { ...tls, clientKey: tls.clientKey === null ? null : view(tls.clientKey) },
  };
}

/** @throws invalidRequest for each value that is to be kept and is not there before, or not in that place */
export function refuseUnknownKept(before: Settings | undefined, after: Settings): void {
  const known = new Set(before === undefined ? [] : keptPlacesOf(before).map(nameOf));
  const missing = keptPlacesOf(after).filter((each) => !known.has(nameOf(each)));
  refuse(missing, 'There is no secret to keep in this place.');
}

/** @throws secretRequired when values are kept though requests would go elsewhere with them */
export function refuseMovedValues(after: Settings): void {
  const errors = keptPlacesOf(after).map(({ pointer }): FieldError => ({
    pointer,
    detail: 'The destination changes, so this has to be given again.',
  }));
  if (errors.length > 0) throw secretRequired({}, { errors });
}

const nameOf = ({ place, value }: SealedPlace<SecretView>): string =>
  JSON.stringify([place.setting, place.name, value.fingerprint]);

function refuse(places: readonly SealedPlace[], detail: string): void {
  if (places.length > 0) throw invalidRequest({}, { errors: places.map(({ pointer }) => ({ pointer, detail })) });
}

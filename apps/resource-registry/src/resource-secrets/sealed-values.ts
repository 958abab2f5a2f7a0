import type { SecretPlace } from '@pontage/contracts/auth-broker';
import type { DraftedSecret, ResourceDraft, ResourceSettings, SecretView } from '@pontage/contracts/resource-registry';
import { invalidRequest, secretRequired, type FieldError } from '@pontage/problems';
import { isSameDestination, variantIn, variantsOf } from '../resource-settings/variant.js';

/** A place of a resource's settings where a sealed value stands. */
export interface SealedPlace<V = SecretView | DraftedSecret> {
  readonly place: SecretPlace;
  readonly pointer: string;
  readonly value: V;
}

/** Settings that sealed values stand in, or some of them. */
type Holder = Partial<Pick<ResourceDraft, (typeof pairSettings)[number] | 'tls'>>;
const pairSettings = ['urlParams', 'headers', 'body', 'cookies'] as const;

/** The sealed values among some settings, those of the draft and those that are there already. */
function placesIn(own: Holder, prefix: string): SealedPlace[] {
  const inPairs = pairSettings.flatMap((setting) =>
    (own[setting] ?? []).flatMap(([name, value], index): SealedPlace[] => {
      if (typeof value === 'string') return [];
      const place = { setting, name: setting === 'headers' ? name.toLowerCase() : name };
      return [{ place, pointer: `${prefix}/${setting}/${index}/1`, value }];
    }),
  );
  const clientKey = own.tls?.clientKey ?? null;
  if (clientKey === null) return inPairs;
  const pointer = `${prefix}/tls/clientKey`;
  return [...inPairs, { place: { setting: 'clientKey', name: '' }, pointer, value: clientKey }];
}

const keptIn = (own: Holder, prefix: string): SealedPlace<SecretView>[] =>
  placesIn(own, prefix).filter((each): each is SealedPlace<SecretView> => 'set' in each.value);

/** Those that shall stay as they are, in all environments. */
export const keptPlacesOf = (settings: ResourceDraft): SealedPlace<SecretView>[] =>
  variantsOf(settings).flatMap(({ own, pointer }) => keptIn(own, pointer));

/** Which of the draft the settings name. */
export const draftedSlotsOf = (settings: ResourceDraft): string[] =>
  variantsOf(settings).flatMap(({ own, pointer }) =>
    placesIn(own, pointer).flatMap(({ value }) => ('draft' in value ? [value.draft] : [])),
  );

/** The settings as they are saved: each drafted secret shows as set, by the fingerprint that the broker gave it. */
export function asStored(
  { environments, ...settings }: ResourceDraft,
  fingerprints: Readonly<Record<string, string>>,
): Omit<ResourceSettings, 'environments'> & { readonly environments: Readonly<Record<string, object>> } {
  const own = Object.entries(environments).map(([name, each]) => [name, sealedIn(each, fingerprints)] as const);
  return { ...settings, ...sealedIn(settings, fingerprints), environments: Object.fromEntries(own) };
}

type Stored<H extends Holder> = Omit<H, keyof Holder> & Pick<ResourceSettings, keyof Holder & keyof H>;

function sealedIn<H extends Holder>(own: H, fingerprints: Readonly<Record<string, string>>): Stored<H> {
  const view = (value: SecretView | DraftedSecret): SecretView => {
    if ('set' in value) return value;
    const fingerprint = fingerprints[value.draft];
    if (fingerprint === undefined) throw invalidRequest({}, { detail: 'A sealed value is not in the draft.' });
    return { set: true, fingerprint };
  };
  const pairs = pairSettings.flatMap((setting) => {
    const given = own[setting];
    if (given === undefined) return [];
    return [[setting, given.map(([name, value]) => [name, typeof value === 'string' ? value : view(value)])] as const];
  });
  const { tls } = own;
  const key = tls?.clientKey ?? null;
  // The compiler does not see that what was given is there again, in its other form.
  const stored: unknown = {
    ...own,
    ...Object.fromEntries(pairs),
    ...(tls === undefined ? {} : { tls: { ...tls, clientKey: key === null ? null : view(key) } }),
  };
  return stored as Stored<H>;
}

/** @throws invalidRequest for each value that is to be kept and is not there before, or not in that place */
export function refuseUnknownKept(before: ResourceDraft | undefined, after: ResourceDraft): void {
  const missing = variantsOf(after).flatMap(({ environment, own, pointer }) => {
    const known = new Set(before === undefined ? [] : keptIn(variantIn(before, environment).own, '').map(nameOf));
    return keptIn(own, pointer).filter((each) => !known.has(nameOf(each)));
  });
  const errors = missing.map(({ pointer }) => ({ pointer, detail: 'There is no secret to keep in this place.' }));
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

/** @throws secretRequired when values are kept though requests would go elsewhere with them */
export function refuseMovedValues(before: ResourceDraft, after: ResourceDraft): void {
  const moved = variantsOf(after).flatMap(({ environment, own, pointer, settings }) =>
    isSameDestination(variantIn(before, environment).settings, settings) ? [] : keptIn(own, pointer),
  );
  const errors = moved.map(({ pointer }): FieldError => ({
    pointer,
    detail: 'The destination changes, so this has to be given again.',
  }));
  if (errors.length > 0) throw secretRequired({}, { errors });
}

/** The settings whose sealed values an environment has from everywhere, for requests that go elsewhere there. */
export function valuesTakenAlong(settings: ResourceDraft): string[] {
  const everywhere = variantIn(settings, null);
  return variantsOf(settings).flatMap(({ own, pointer, settings: there }) => {
    if (isSameDestination(everywhere.settings, there)) return [];
    const inherited = placesIn(everywhere.own, '').map(({ place: { setting } }) =>
      setting === 'clientKey' ? 'tls' : setting,
    );
    return [...new Set(inherited)]
      .filter((setting) => !Object.hasOwn(own, setting))
      .map((each) => `${pointer}/${each}`);
  });
}

const nameOf = ({ place, value }: SealedPlace<SecretView>): string =>
  JSON.stringify([place.setting, place.name, value.fingerprint]);

import type { NamedVariable } from '@pontage/contracts/auth-broker';
import { textsIn } from '../call/template-check.js';
import { variablesNamed } from '../config/secret-variables.js';
import type { ResourceContent } from '../resource/resource.js';
import { isSameDestination, variantIn, variantsOf } from '../resource-settings/variant.js';

/**
 * The configuration variables that readable fields of a credential name, where it is used for requests that go elsewhere
 * than before, or than those of everywhere. A credential with secrets is not taken along at all.
 * @param isDrafted says where a draft was claimed, null standing for everywhere: of that the broker has told
 */
export function variablesTakenAlong(
  before: Pick<ResourceContent, 'settings' | 'authentication'> | undefined,
  after: Pick<ResourceContent, 'settings' | 'authentication'>,
  isDrafted: (environment: string | null) => boolean,
): NamedVariable[] {
  return variantsOf(after.settings).flatMap(({ environment, own, pointer, settings }) => {
    const isInherited = environment !== null && own.authentication === undefined;
    if (isInherited ? isSameDestination(after.settings, settings) : isDrafted(environment)) return [];
    const then = before && variantIn(before.settings, environment);
    const stays = then !== undefined && isSameDestination(then.settings, settings);
    const held = stays ? (then.own.authentication ?? before?.authentication) : undefined;
    const known = new Set(namedIn(held, '').map(({ name }) => name));
    const used = own.authentication ?? after.authentication;
    return namedIn(used, `${pointer}/authentication`).filter(({ name }) => !known.has(name));
  });
}

const namedIn = (view: object | undefined, pointer: string): NamedVariable[] => variablesNamed(textsIn(view, pointer));

import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import { pairValues, type TemplateField } from '../call/template-check.js';
import { variablesNamed } from '../config/secret-variables.js';
import { isSameDestination, variantIn, variantsOf } from './variant.js';

type Texts = Partial<Pick<ResourceDraft, 'baseUrl' | 'urlParams' | 'headers' | 'body' | 'cookies'>>;

/** The readable texts of settings that may hold templates, each with its pointer. */
export function templatesOf(settings: Texts, prefix = ''): TemplateField[] {
  const baseUrl: TemplateField[] = settings.baseUrl === undefined ? [] : [[`${prefix}/baseUrl`, settings.baseUrl]];
  return [
    ...baseUrl,
    ...pairValues(settings.urlParams ?? [], `${prefix}/urlParams`),
    ...pairValues(settings.headers ?? [], `${prefix}/headers`),
    ...pairValues(settings.body ?? [], `${prefix}/body`),
    ...pairValues(settings.cookies ?? [], `${prefix}/cookies`),
  ];
}

/** The configuration variables that settings name and did not name before, or not for where their values go now. */
export const variablesBrought = (before: ResourceDraft | undefined, after: ResourceDraft) =>
  variantsOf(after).flatMap(({ environment, pointer, settings }) => {
    const then = before && variantIn(before, environment).settings;
    const stays = then !== undefined && isSameDestination(then, settings);
    const known = new Set(stays ? variablesNamed(templatesOf(then)).map(({ name }) => name) : []);
    return variablesNamed(templatesOf(settings, pointer)).filter(({ name }) => !known.has(name));
  });

import { cookiePlaceholder, type ResourceDraft } from '@pontage/contracts/resource-registry';
import { invalidRequest, type FieldError } from '@pontage/problems';
import { z } from 'zod';
import { refuseOversize } from '../call/size-limit.js';
import { pairValues, refuseBadTemplates, type TemplateField } from '../call/template-check.js';
import type { Regions } from '../region/regions.js';
import { tlsFaults } from './check-tls.js';

/**
 * Refuses settings that could never work.
 * @throws unknownRegion; invalidRequest with a pointer per field
 */
export function checkSettings(settings: ResourceDraft, regions: Regions): void {
  refuseOversize(settings);
  const errors = [...nameFaults(settings), ...authorizationFaults(settings), ...cookieFaults(settings)];
  errors.push(...tlsFaults(settings.tls));
  if (errors.length > 0) throw invalidRequest({}, { errors });
  if (settings.region !== null) regions.require(settings.region);
  refuseBadTemplates(templatesOf(settings));
}

/** The readable texts of settings that may hold templates. */
export const templatesOf = (
  settings: Pick<ResourceDraft, 'baseUrl' | 'urlParams' | 'headers' | 'body' | 'cookies'>,
): TemplateField[] => [
  ['/baseUrl', settings.baseUrl],
  ...pairValues(settings.urlParams, '/urlParams'),
  ...pairValues(settings.headers, '/headers'),
  ...pairValues(settings.body, '/body'),
  ...pairValues(settings.cookies, '/cookies'),
];

function nameFaults({ name }: ResourceDraft): FieldError[] {
  if (!z.uuid().safeParse(name).success) return [];
  return [{ pointer: '/name', detail: 'A name that looks like an id would hide the resource with this id.' }];
}

/** The gateway seals it, so one in clear has come past the gateway. */
const authorizationFaults = ({ headers }: ResourceDraft): FieldError[] =>
  headers.flatMap(([name, value], index) =>
    name.toLowerCase() === 'authorization' && typeof value === 'string'
      ? [{ pointer: `/headers/${index}/1`, detail: 'An Authorization header is sealed.' }]
      : [],
  );

/** `COOKIE_<name>` stands for a cookie that may be sent at all. */
function cookieFaults({ headers, cookies, cookiesToForward, forwardAllCookies }: ResourceDraft): FieldError[] {
  if (forwardAllCookies) return [];
  const known = new Set([...cookiesToForward, ...cookies.map(([name]) => name)]);
  return pairValues(headers, '/headers').flatMap(([pointer, text]) =>
    [...text.replaceAll(/\{\{.*?\}\}/gs, ' ').matchAll(cookiePlaceholder)]
      .filter(([, name = '']) => !known.has(name))
      .map(([placeholder]) => ({
        pointer,
        detail: `${placeholder} names a cookie that is neither in cookiesToForward nor in cookies.`,
      })),
  );
}

import { cookiePlaceholder, foldedName, type ResourceDraft } from '@pontage/contracts/resource-registry';
import { invalidRequest, type FieldError } from '@pontage/problems';
import { z } from 'zod';
import { refuseOversize } from '../call/size-limit.js';
import { pairValues, refuseBadTemplates } from '../call/template-check.js';
import { tlsFaults } from './check-tls.js';
import { templatesOf } from './settings-templates.js';
import { variantsOf, type Variant } from './variant.js';

/**
 * Refuses settings that could never work, whatever organisation they are for.
 * @throws invalidRequest with a pointer per field
 */
export function checkSettings(settings: ResourceDraft): void {
  refuseOversize(settings);
  const variants = variantsOf(settings);
  const errors = [...nameFaults(settings), ...variants.flatMap(faultsOf)];
  if (errors.length > 0) throw invalidRequest({}, { errors });
  refuseBadTemplates(variants.flatMap(({ own, pointer }) => templatesOf(own, pointer)));
}

function nameFaults({ name }: ResourceDraft): FieldError[] {
  if (!z.uuid().safeParse(name).success) return [];
  return [{ pointer: '/name', detail: 'A name that looks like an id would hide the resource with this id.' }];
}

const faultsOf = (variant: Variant): FieldError[] =>
  [
    ...destinationFaults(variant),
    ...regionFaults(variant),
    ...authorizationFaults(variant),
    ...cookieFaults(variant),
    ...identityFaults(variant),
    ...(variant.own.tls === undefined ? [] : tlsFaults(variant.own.tls)),
  ].map(({ pointer, detail }) => ({ pointer: variant.pointer + pointer, detail }));

/** Secrets are given for a destination; a template there would let a variable, or a parameter, lead them elsewhere later. */
const destinationFaults = ({ own: { baseUrl = '' } }: Variant): FieldError[] =>
  /^[^/]*\/\/[^/?#]*\{\{/.test(baseUrl)
    ? [{ pointer: '/baseUrl', detail: 'Templates stand in the path and query of a base URL, not before them.' }]
    : [];

/** Falling back on the region itself would be no fallback. */
function regionFaults({ own, settings: { region, regionPolicy } }: Variant): FieldError[] {
  if (own.region === undefined && own.regionPolicy === undefined) return [];
  return regionPolicy.fallback.flatMap((id, index) =>
    id === region
      ? [{ pointer: `/regionPolicy/fallback/${index}`, detail: 'This is the region of the resource itself.' }]
      : [],
  );
}

/** The gateway seals it, so one in clear has come past the gateway. */
const authorizationFaults = ({ own: { headers = [] } }: Variant): FieldError[] =>
  headers.flatMap(([name, value], index) =>
    name.toLowerCase() === 'authorization' && typeof value === 'string'
      ? [{ pointer: `/headers/${index}/1`, detail: 'An Authorization header is sealed.' }]
      : [],
  );

/** The header that says who called says nothing else. */
function identityFaults({ own, settings: { identityHeader, headers, retries } }: Variant): FieldError[] {
  const says = [own.identityHeader, own.headers, own.retries];
  if (identityHeader === null || says.every((each) => each === undefined)) return [];
  const name = foldedName(identityHeader.name);
  const faults = [
    ...headers.map(([each], index) => [each, `/headers/${index}/0`, own.headers] as const),
    [retries.idempotencyKey ?? '', '/retries/idempotencyKey', own.retries] as const,
  ].filter(([each]) => foldedName(each) === name);
  return faults.map(([, pointer, isOwn]) => ({
    pointer: isOwn === undefined ? '/identityHeader/name' : pointer,
    detail: `The header ${identityHeader.name} says who called, and nothing else.`,
  }));
}

/** `COOKIE_<name>` stands for a cookie that may be sent at all. */
function cookieFaults({ own, settings }: Variant): FieldError[] {
  const says = [own.headers, own.cookies, own.cookiesToForward, own.forwardAllCookies];
  if (settings.forwardAllCookies || says.every((each) => each === undefined)) return [];
  const { headers, cookies, cookiesToForward } = settings;
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

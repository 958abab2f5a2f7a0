import type { EncodedBody, Pairs, RenderedBody } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';

/** Methods whose requests get no extra body pairs. */
export const isBodyless = (method: string): boolean => method === 'GET' || method === 'HEAD';

const notJoined = (): Error =>
  invalidRequest(
    {},
    {
      errors: [
        {
          pointer: '/body',
          detail: 'The resource adds body pairs, which join JSON objects, forms and multipart only.',
        },
      ],
    },
  );

/** Joins a resource's pairs with a query's body: they come first, and members of the query's own win in JSON. */
export function withExtra(body: RenderedBody, extra: readonly [string, string][]): RenderedBody {
  if (extra.length === 0) return body;
  if (body.type === 'form') return { type: 'form', value: [...extra, ...body.value] };
  if (body.type === 'multipart')
    return { type: 'multipart', value: [...extra.map(([name, value]) => ({ name, value })), ...body.value] };
  const isObject =
    body.type === 'json' && typeof body.value === 'object' && body.value !== null && !Array.isArray(body.value);
  if (isObject) return { type: 'json', value: { ...Object.fromEntries(extra), ...body.value } };
  throw notJoined();
}

/**
 * Joins a resource's pairs with a body that is passed on: the pairs are put before its own bytes, which stay as they are.
 * @throws Problem `invalid-request` when it is neither a JSON object nor a form
 */
export function extendBytes(
  bytes: Uint8Array | undefined,
  contentType: string | undefined,
  extra: Pairs,
): { readonly bytes: Uint8Array; readonly contentType: string | undefined } {
  const text = Buffer.from(bytes ?? []);
  if (text.length === 0 && contentType === undefined) {
    return { bytes: Buffer.from(JSON.stringify(Object.fromEntries(extra))), contentType: 'application/json' };
  }
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') {
    const own = text.length === 0 ? '' : '&';
    return { bytes: Buffer.concat([Buffer.from(formText(extra) + own), text]), contentType: undefined };
  }
  if (!/[/+]json$/.test(type)) throw notJoined();
  return { bytes: extendJson(text, extra), contentType: undefined };
}

function extendJson(bytes: Buffer, extra: Pairs): EncodedBody['bytes'] {
  const own = parsed(bytes.toString('utf8'));
  if (typeof own !== 'object' || own === null || Array.isArray(own)) throw notJoined();
  const added = Object.entries(Object.fromEntries(extra)).filter(([name]) => !Object.hasOwn(own, name));
  if (added.length === 0) return bytes;
  const members = JSON.stringify(Object.fromEntries(added)).slice(1, -1);
  const open = bytes.indexOf('{') + 1;
  const separator = Object.keys(own).length === 0 ? '' : ',';
  // The caller's own text is not written anew: its numbers keep every digit.
  return Buffer.concat([bytes.subarray(0, open), Buffer.from(members + separator), bytes.subarray(open)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const formText = (pairs: Pairs): string =>
  new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();

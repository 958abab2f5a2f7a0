import { invalidRequest, unsupportedMediaType } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { parseExactJson } from './exact-json.js';

/** Deeper nesting than anything of ours needs; beyond it recursive readers run out of stack. */
const maxDepth = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body of a request; undefined when there is none.
 * `storable: false` lets text pass that could not be kept, such as a NUL that is meant for an upstream.
 * Bodies arrive here unparsed, so that nobody without credentials has one parsed (see gateway.ts).
 * @throws Problem `unsupported-media-type`, `invalid-request`
 * @see RFC 8259
 */
export function readJson(request: FastifyRequest, options: { exactIntegers: boolean; storable?: boolean }): unknown {
  const bytes = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return undefined;
  if (!isJson(request.headers['content-type']))
    throw unsupportedMediaType({}, { detail: 'The body has to be application/json.' });
  if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw unsupportedMediaType({}, { detail: 'The body has to come without a content coding.' });
  const text = decode(bytes);
  if (nestsDeeperThan(text, maxDepth))
    throw invalidRequest({}, { detail: `The body nests deeper than ${maxDepth} levels.` });
  const value = parse(text, options.exactIntegers);
  if (options.storable !== false) refuseUnstorableText(value, '');
  return value;
}

function isJson(contentType: string | undefined): boolean {
  const mediaType = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaType === 'application/json' || /^application\/[\w.-]+\+json$/.test(mediaType);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalidRequest({}, { detail: 'The body is not valid UTF-8.', cause });
  }
}

function parse(text: string, exactIntegers: boolean): unknown {
  try {
    return exactIntegers ? parseExactJson(text) : (JSON.parse(text) as unknown);
  } catch {
    // The error's message repeats a piece of the body, which may be a secret.
    throw invalidRequest({}, { detail: 'The body is not valid JSON.' });
  }
}

/** Counts brackets outside strings; it need not know whether the text is JSON. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (quoted) {
      if (unit === 0x5c) index += 1;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) quoted = true;
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  return false;
}

/**
 * PostgreSQL keeps no NUL in text, and half a surrogate pair is no text at all; both can only be written as escapes.
 * @throws invalidRequest with the pointer of such a text
 */
export function refuseUnstorableText(value: unknown, pointer: string): void {
  if (typeof value === 'string') {
    if (/\0|\p{Surrogate}/u.test(value)) {
      throw invalidRequest({}, { errors: [{ pointer, detail: 'Text holds no NUL and no half of a surrogate pair.' }] });
    }
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) refuseUnstorableText(each, `${pointer}/${index}`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      refuseUnstorableText(name, below);
      refuseUnstorableText(each, below);
    }
  }
}

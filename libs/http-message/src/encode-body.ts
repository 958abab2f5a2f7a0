import type { QueryBody } from '@pontage/contracts/query-proxy';
import { invalidRequest } from '@pontage/problems';
import { jsonText, type ExactJson } from './json-text.js';
import { encodeMultipart, type EncodedBody } from './multipart.js';
import { isFieldValue } from './outbound-request.js';
import { bytesOfBase64, utf8 } from './text-bytes.js';

/** A body of a query, after its templates were filled in: JSON may hold bigints by then. */
export type RenderedBody = Exclude<QueryBody, { type: 'json' }> | { readonly type: 'json'; readonly value: ExactJson };

/**
 * The bytes of a query's body and the content type that says what they are.
 * @throws Problem `invalid-request` with pointers below `/body`.
 */
export function encodeBody(body: RenderedBody): EncodedBody {
  switch (body.type) {
    case 'json':
      return { bytes: utf8(jsonText(body.value)), contentType: 'application/json' };
    case 'form':
      return {
        bytes: utf8(new URLSearchParams([...body.value]).toString()),
        contentType: 'application/x-www-form-urlencoded',
      };
    case 'multipart':
      return encodeMultipart(body.value);
    case 'raw':
      return { bytes: utf8(body.value), contentType: contentTypeOf(body, 'text/plain; charset=utf-8') };
    case 'base64':
      return { bytes: bytesOfBase64(body.value), contentType: contentTypeOf(body, 'application/octet-stream') };
  }
}

function contentTypeOf(body: { readonly contentType?: string | undefined }, otherwise: string): string {
  const { contentType = otherwise } = body;
  if (isFieldValue(contentType)) return contentType;
  throw invalidRequest(
    {},
    { errors: [{ pointer: '/body/contentType', detail: 'A content type is one header line.' }] },
  );
}

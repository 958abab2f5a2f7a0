export {
  appendQueryParam,
  dropQueryParam,
  headerOf,
  isFieldName,
  isFieldValue,
  withHeader,
  withoutHeaders,
  withQueryParam,
  type OutboundRequest,
  type Pairs,
  type UpstreamResponse,
} from './outbound-request.js';
export { requestTarget } from './request-target.js';
export { joinUrl, parseBaseUrl, type BaseUrl } from './join-url.js';
export { encodeComponent } from './percent-encoding.js';
export { hopByHopHeaders, stripHopByHop } from './hop-by-hop.js';
export { encodeBody, type RenderedBody } from './encode-body.js';
export { type EncodedBody } from './multipart.js';
export { spellingsOf } from './spellings-of.js';
export { jsonText, type ExactJson } from './json-text.js';
export { cookieLine, cookiePairs } from './cookie-pairs.js';
export { challengedSchemes, schemeOf } from './auth-scheme.js';
export { retryAfterMs, toldLimitOf } from './told-limit.js';

import type { FastifyRequest } from 'fastify';

/**
 * What a request for an embed URL is about, as far as its headers tell.
 * - `look`: nobody is there who would use the app: a preview, a prefetch, a probe. It must not spend the URL.
 * - `window`: a person opened the URL in a window of its own; so does a mail scanner.
 * - `frame`: the parent page embeds it, or a client without Sec-Fetch headers asks.
 * - `confirmed`: the page that a `window` got posted the form.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export type Visit = 'look' | 'window' | 'frame' | 'confirmed';

/** Programs that fetch links which people send each other, and those that index. */
const lookers =
  /\b(?:facebookexternalhit|facebot|slackbot|slack-imgproxy|twitterbot|linkedinbot|discordbot|whatsapp|telegrambot|skypeuripreview|microsoftpreview|ms-office|googlebot|google-read-aloud|google-safety|googleimageproxy|bingbot|bingpreview|applebot|yandexbot|duckduckbot|baiduspider|pinterestbot|redditbot|embedly|iframely|mattermost-bot|viber|vkshare|outbrain|proofpoint|barracuda|mimecast|urldefense)\b/i;

/** Sorts a request into the visits. */
export function visitOf(request: FastifyRequest): Visit {
  const { headers } = request;
  if (request.method === 'POST') return 'confirmed';
  if (request.method !== 'GET' || isPrefetch(headers) || lookers.test(headers['user-agent'] ?? '')) return 'look';
  switch (headers['sec-fetch-dest']) {
    case undefined:
    case 'iframe':
      return 'frame';
    case 'document':
      return 'window';
    default:
      return 'look';
  }
}

const isPrefetch = (headers: FastifyRequest['headers']): boolean =>
  [headers['sec-purpose'], headers.purpose, headers['x-purpose'], headers['x-moz']].some((value) =>
    /prefetch|prerender|preview/i.test(String(value ?? '')),
  );

/** True when the page that the request comes from, as far as it says so, may embed the app, or is ours. */
export function comesFromAllowed(request: FastifyRequest, allowedOrigins: readonly string[]): boolean {
  const { referer } = request.headers;
  if (referer === undefined || referer === '') return true;
  const origin = URL.canParse(referer) ? new URL(referer).origin : 'null';
  return origin === request.server.publicAddresses.embedOrigin || allowedOrigins.includes(origin);
}

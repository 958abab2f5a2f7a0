/**
 * The query that a provider sends somebody back with, as it came and without the question mark before it. Another one
 * may stand within.
 * @see RFC 3986, 3.4
 */
export function callbackQuery({ url }: { readonly url: string }): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

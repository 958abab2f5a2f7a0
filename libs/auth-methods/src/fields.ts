import { z } from 'zod';

/** True when the text names a variable; what it has to look like is checked again once it is rendered. */
export const isTemplated = (text: string): boolean => /\{\{.*\}\}/s.test(text);

/** Text without control characters; `rule` is what else it has to keep to, unless it is a template. */
export function textField(max: number, rule?: { readonly holds: (text: string) => boolean; readonly message: string }) {
  return z
    .string()
    .min(1, { error: 'A value is needed.', abort: true })
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), {
      error: 'Line breaks, control characters and broken Unicode are not possible here.',
      abort: true,
    })
    .refine((text) => rule === undefined || isTemplated(text) || rule.holds(text), rule?.message);
}

/** Text that goes into a header as it is. @see RFC 9110, 5.5 */
export const headerText = {
  holds: (text: string): boolean =>
    /^[\u0021-\u007e\u0080-\u00ff](?:[\t\u0020-\u007e\u0080-\u00ff]*[\u0021-\u007e\u0080-\u00ff])?$/.test(text),
  message: 'A header value holds no code point above U+00FF and no space at its ends.',
};

/** An address that we send secrets to. @see RFC 6749, 3.2: no fragment */
export const endpoint = {
  holds: (text: string): boolean => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined &&
      ['https:', 'http:'].includes(url.protocol) &&
      url.username === '' &&
      url.password === '' &&
      url.hash === ''
    );
  },
  message: 'An absolute http or https URL is needed, without user, password or fragment.',
};

/** Where an upstream is asked whether somebody is signed in. It leads nowhere but to the resource's own origin. */
export const verificationUrl = textField(2000, {
  holds: (text) => /^\/(?!\/)[!-~]*$/.test(text) || endpoint.holds(text),
  message: 'A path below the base URL, or an absolute http or https URL on its origin.',
})
  .optional()
  .meta({
    title: 'Verification URL',
    description: 'Answers with 2xx while the user is signed in: a path below the base URL, or a URL on its origin.',
  });

import { z } from 'zod';
import { textField } from '../fields.js';
import { scopeToken } from '../oauth2/oauth2-settings.js';
import { serviceAccountKey } from './service-account-key.js';

/** The readable fields of a Google service account. */
export const settings = z
  .strictObject({
    scopes: z.array(textField(500, scopeToken)).max(100).default([]).meta({
      title: 'Scopes',
      description: 'Of the access token. Without scopes and audience the account signs its own token for each service.',
    }),
    subject: textField(320)
      .optional()
      .meta({ title: 'Subject', description: 'The user that the account stands in for (domain-wide delegation).' }),
    idTokenAudience: textField(2000).optional().meta({
      title: 'ID token audience',
      description: 'An ID token for this audience instead of an access token: Cloud Run, IAP, Cloud Functions.',
    }),
  })
  .superRefine(({ scopes, subject, idTokenAudience }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (idTokenAudience !== undefined && scopes.length > 0) fault('scopes', 'An ID token has no scopes.');
    if (idTokenAudience !== undefined && subject !== undefined)
      fault('subject', 'An ID token is the account’s own: it stands in for nobody.');
    if (subject !== undefined && idTokenAudience === undefined && scopes.length === 0)
      fault('scopes', 'Standing in for a user needs the scopes that were delegated.');
  });

/** The sealed field of a Google service account. */
export const secrets = z.strictObject({
  key: serviceAccountKey.meta({
    title: 'JSON key',
    description: 'As the console hands it out: an object, or its text.',
  }),
});

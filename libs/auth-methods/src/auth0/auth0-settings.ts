import { z } from 'zod';
import { textField } from '../fields.js';
import { clientFields, consentFaults, consentFields, grant } from '../oauth2/oauth2-settings.js';

/** A host name, with a port if need be: the rest of every URL is Auth0's. */
const host = {
  holds: (text: string): boolean => {
    const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
    return url !== undefined && url.host === text.toLowerCase();
  },
  message: 'Only the host name of the tenant, as in example.eu.auth0.com.',
};

/** The readable fields of an Auth0 credential. */
export const settings = z
  .strictObject({
    domain: textField(260, host).meta({ title: 'Domain', description: 'Of the tenant, or a custom one.' }),
    grant,
    ...clientFields,
    ...consentFields,
    audience: textField(2000).optional().meta({
      title: 'Audience',
      description: 'The identifier of the API. Auth0 asks for one unless the tenant has a default.',
    }),
  })
  .superRefine((given, context) => {
    for (const [name, message] of consentFaults(given)) context.addIssue({ code: 'custom', path: [name], message });
  });

import { z } from 'zod';
import { text } from './field-values.js';

const pem = text(64 * 1024).regex(/-----BEGIN [A-Z0-9 ]+-----/, 'PEM text is needed.');

/** A private key as a client gives it; the placeholder that was read keeps it. */
export const privateKeyText = pem;

/** How TLS connections to the upstream are made; `key` is how the client's private key is written. */
export const resourceTls = <K extends z.ZodType>(key: K) =>
  z
    .strictObject({
      allowSelfSigned: z.boolean().default(false),
      ca: pem.nullable().default(null),
      clientCertificate: pem.nullable().default(null),
      clientKey: key.nullable().default(null as never),
    })
    .superRefine((given, context) => {
      const { allowSelfSigned, ca, clientCertificate, clientKey } = given as {
        allowSelfSigned: boolean;
        ca: string | null;
        clientCertificate: string | null;
        clientKey: unknown;
      };
      if (allowSelfSigned && ca !== null)
        issue(context, 'allowSelfSigned', 'A pinned CA means nothing beside allowSelfSigned; choose one of them.');
      if (clientCertificate !== null && clientKey === null)
        issue(context, 'clientKey', 'A client certificate needs its private key.');
      if (clientCertificate === null && clientKey !== null)
        issue(context, 'clientCertificate', 'A private key needs its client certificate.');
    });

const issue = (context: z.RefinementCtx, field: string, message: string): void =>
  context.addIssue({ code: 'custom', path: [field], message });

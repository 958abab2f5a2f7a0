import { isIP } from 'node:net';
import { parseEgressAllow } from '@pontage/egress-policy';
import { regionId } from '@pontage/contracts/resource-registry';
import { bulkFolder, busSettings } from '@pontage/settings';
import { z } from 'zod';

const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );

const allowances = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return parseEgressAllow(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not a list' });
      return z.NEVER;
    }
  });

const address = z.string().refine((text) => isIP(text) !== 0, 'an address is needed');

/** The name server that workers ask: an address and a port. */
const nameServer = z
  .string()
  .regex(/^(?:\d+\.\d+\.\d+\.\d+|\[[\da-fA-F:]+\]):\d+$/, 'an address and a port are needed');

/** The environment of a worker. */
export const workerSettings = {
  ...busSettings,
  PONTAGE_REGION: regionId,
  PONTAGE_OUTBOUND_IPS: commaList,
  PONTAGE_BULK_DIR: bulkFolder,
  PONTAGE_EGRESS_BIND: address.optional(),
  PONTAGE_EGRESS_ALLOW: allowances,
  PONTAGE_EGRESS_DNS: nameServer.optional(),
  /** Requests in hand at once. */
  PONTAGE_EGRESS_CAPACITY: z.coerce.number().int().min(1).max(10_000).default(256),
  /** Requests that wait for their turn beyond that. */
  PONTAGE_EGRESS_QUEUE: z.coerce.number().int().min(0).max(100_000).default(512),
  /** How long resolving, connecting and TLS may take together. */
  PONTAGE_EGRESS_CONNECT_MS: z.coerce.number().int().min(100).max(120_000).default(10_000),
  /** How long an upstream may be silent in the middle of a body. */
  PONTAGE_EGRESS_IDLE_MS: z.coerce.number().int().min(100).max(120_000).default(30_000),
};

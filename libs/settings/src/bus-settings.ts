import { z } from 'zod';

/** What every process needs to join the bus and to say that it is well. */
export const busSettings = {
  PONTAGE_NATS_URL: z.string().min(1),
  PONTAGE_NATS_PASSWORD: z.string().min(1),
  /** 0: any free port; the launcher hears of it. */
  PONTAGE_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Where health and metrics are listened for: loopback, unless something on another machine asks. */
  PONTAGE_HEALTH_HOST: z.string().min(1).default('127.0.0.1'),
  PONTAGE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

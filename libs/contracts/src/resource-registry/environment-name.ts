import { z } from 'zod';

/** An environment's name: `production`, `staging`, any. */
export const environmentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'An environment is lower-case letters, digits and hyphens.');

/** The most environments that an organisation has. */
export const maxEnvironments = 20;

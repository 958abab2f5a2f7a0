import { z } from 'zod';
import type { AuthMethod } from '../auth-method.js';

const nothing = z.strictObject({});

/** The upstream asks for no credential. */
export const none: AuthMethod<typeof nothing, typeof nothing, never> = {
  id: 'none',
  title: 'No authentication',
  guide: 'Requests are sent as they are.',
  settings: nothing,
  secrets: nothing,
  retryOn: [],
  apply: (request) => request,
  carriers: () => ({ headers: [], queryParams: [] }),
  injectedValues: () => [],
};

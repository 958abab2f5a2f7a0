import { z } from 'zod';
import { defineProblem } from './problem.js';

export const webhookLimitReached = defineProblem({
  slug: 'webhook-limit-reached',
  kind: 'conflict',
  title: 'The organisation has as many webhooks as it may have',
  facts: z.object({ limit: z.number() }),
});
export const webhookDisabled = defineProblem({
  slug: 'webhook-disabled',
  kind: 'conflict',
  title: 'The webhook is disabled',
});

import { z } from 'zod';
import { defineProblem } from './problem.js';

// What a template asks for in vain.
export const templateUnsupported = defineProblem({
  slug: 'template-unsupported',
  kind: 'invalid',
  title: 'A template holds an expression; only plain paths are resolved',
});
export const unknownVariable = defineProblem({
  slug: 'unknown-variable',
  kind: 'invalid',
  title: 'A template names something that has no value here',
  facts: z.object({ path: z.string() }),
});
export const secretVariable = defineProblem({
  slug: 'secret-variable',
  kind: 'invalid',
  title: 'A query names a secret configuration variable',
});

import { z } from 'zod';
import { httpMethod } from '../http-method.js';

/** One pattern of {@link resourcePolicy}: see docs/guides/adding-a-resource.md, "Policy". */
const pathPattern = z
  .string()
  .max(200)
  .superRefine((pattern, context) => {
    const fault = faultOf(pattern);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(pattern: string): string | undefined {
  if (!pattern.startsWith('/')) return 'A pattern begins with a slash: it is about the path below the base URL.';
  if (pattern === '/') return undefined;
  const segments = pattern.slice(1).split('/');
  if (segments.includes('')) return 'A pattern has no empty segment and does not end in a slash.';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'A pattern holds no dot segments.';
  if (!/^[/\p{L}\p{N}\-._~!$&'()*+,=:@ ]*$/u.test(pattern))
    return "A pattern is written decoded: letters, digits and -._~!$&'()*+,=:@ and spaces.";
  const wild = segments.filter((segment) => segment !== '**');
  if (segments.length - wild.length > 1) return 'A pattern holds ** once at most.';
  if (wild.some((segment) => segment.split('*').length > 2)) return 'A segment of a pattern holds * once at most.';
  return undefined;
}

/** What may be asked of a resource; an empty list allows everything. */
export const resourcePolicy = z.strictObject({
  methods: z.array(httpMethod).max(7).default([]),
  paths: z.array(pathPattern).max(100).default([]),
});
export type ResourcePolicy = z.output<typeof resourcePolicy>;

import { z } from 'zod';

/** The closed set of failure kinds; only the gateway knows which HTTP status each of them becomes. */
export const problemKinds = [
  'invalid',
  'unprocessable',
  'unsupported-media',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'gone',
  'precondition-failed',
  'too-slow',
  'too-large',
  'rate-limited',
  'upstream-failed',
  'upstream-timed-out',
  'internal',
  'unavailable',
] as const;

/** Who failed and how, without any transport's words. */
export type ProblemKind = (typeof problemKinds)[number];

/** One invalid field: where it stands (RFC 6901 JSON Pointer) and what is wrong with it. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** What a problem looks like between processes: everything its receiver may read, nothing else. */
export const problemOnTheWire = z.object({
  slug: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
  retryAfterSeconds: z.number().optional(),
});
export type ProblemOnTheWire = z.infer<typeof problemOnTheWire>;

interface ProblemOptions {
  /** A sentence for the caller, instead of the title alone. It must never hold a secret. */
  readonly detail?: string;
  /** The invalid fields, for problems of the kind `invalid`. */
  readonly errors?: readonly FieldError[];
  /** When it may be tried again, if that is known: whole seconds, 1 or more. @see RFC 9110, 10.2.3 */
  readonly retryAfterSeconds?: number;
  /** For the log only. */
  readonly cause?: unknown;
  /** For the log only: what the operator needs to know. */
  readonly note?: string;
}

/** A failure that a contract declares (RFC 9457). An `Error` that is not a `Problem` is a bug. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly errors: readonly FieldError[];
  readonly detail: string | undefined;
  readonly note: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly definition: { readonly slug: string; readonly kind: ProblemKind; readonly title: string },
    readonly facts: Readonly<Record<string, unknown>> = {},
    options: ProblemOptions = {},
  ) {
    super(options.detail ?? definition.title, { cause: options.cause });
    this.detail = options.detail;
    this.errors = options.errors ?? [];
    this.note = options.note;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get slug(): string {
    return this.definition.slug;
  }

  /** The same problem as one of a part: its fields stand below `prefix`, and without fields it is about the part itself. */
  below(prefix: string): Problem {
    const { definition, facts, errors, detail, note, retryAfterSeconds } = this;
    const within = errors.map((error) => ({ ...error, pointer: prefix + error.pointer }));
    return new Problem(definition, facts, {
      errors: within.length > 0 ? within : [{ pointer: prefix, detail: this.message }],
      cause: this,
      ...(detail === undefined ? {} : { detail }),
      ...(note === undefined ? {} : { note }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }

  /** The problem as its receiver may read it; cause and note stay here. */
  toWire(): ProblemOnTheWire {
    return {
      slug: this.slug,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors.length === 0 ? {} : { errors: [...this.errors] }),
      ...(Object.keys(this.facts).length === 0 ? {} : { facts: { ...this.facts } }),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }
}

/** What is fixed about a problem. Calling it makes one; `facts` are typed and reach the caller. */
export interface ProblemDefinition<F extends z.ZodRawShape = z.ZodRawShape> {
  readonly slug: string;
  readonly kind: ProblemKind;
  readonly title: string;
  (facts: z.infer<z.ZodObject<F>>, options?: ProblemOptions): Problem;
}

/** Declares a problem: its slug is public and never changes. */
export function defineProblem<F extends z.ZodRawShape = Record<never, never>>(fixed: {
  slug: string;
  kind: ProblemKind;
  title: string;
  facts?: z.ZodObject<F>;
  /** When it may be tried again, unless the one that is made knows better. */
  retryAfterSeconds?: number;
}): ProblemDefinition<F> {
  const { slug, kind, title, retryAfterSeconds } = fixed;
  const passing = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return Object.assign(
    (facts: object, options?: ProblemOptions) =>
      new Problem({ slug, kind, title }, facts as Record<string, unknown>, { ...passing, ...options }),
    { slug, kind, title },
  );
}

/** True for a problem, optionally of one definition. */
export function isProblem(value: unknown, definition?: { readonly slug: string }): value is Problem {
  return value instanceof Problem && (definition === undefined || value.slug === definition.slug);
}

/** For `catch` of a part of a request: throws a problem {@link Problem.below} that part, and anything else as it is. */
export const throwBelow =
  (prefix: string) =>
  (error: unknown): never => {
    throw isProblem(error) ? error.below(prefix) : error;
  };

import type { ProblemDefinition } from '@pontage/problems';
import type { z } from 'zod';
import type { Service } from './services.js';

/** A problem that a contract may answer; only the slug matters here. */
type Declared = Pick<ProblemDefinition, 'slug' | 'kind' | 'title'>;

/** One call from one service to another: who may make it, what goes in, what comes back, how long it may take. */
export interface RequestContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly subject: string;
  /** The service that answers: the second token of the subject, and its queue group. */
  readonly service: Service;
  readonly callers: readonly Service[];
  readonly request: I;
  readonly reply: O;
  readonly problems: readonly Declared[];
  /** How long the caller waits. */
  readonly deadlineMs: number;
  /**
   * Payloads hold secrets: request and reply are sealed between the two processes, and the request is addressed
   * to one instance (the token `{instance}` of the subject) because only that one can open it.
   */
  readonly sealed: boolean;
}

/** Whoever is refused because nobody answers is told so within five seconds, the rest of the way included. */
const usualDeadlineMs = 4_500;

/** Declares a call. The subject is `v<n>.<service>.<noun>.<verb>`; a sealed one gets `.{instance}` appended. */
export function requestContract<I extends z.ZodType, O extends z.ZodType>(fixed: {
  subject: `v1.${Service}.${string}.${string}`;
  callers: readonly Service[];
  request: I;
  reply: O;
  problems: readonly Declared[];
  deadlineMs?: number;
  sealed?: boolean;
}): RequestContract<I, O> {
  const { sealed = false, deadlineMs = usualDeadlineMs } = fixed;
  return {
    ...fixed,
    sealed,
    deadlineMs,
    subject: sealed ? `${fixed.subject}.{instance}` : fixed.subject,
    service: fixed.subject.split('.')[1] as Service,
  };
}

/** What a caller passes in. */
export type RequestOf<C extends RequestContract> = z.input<C['request']>;
/** What a handler receives: the request after parsing. */
export type ParsedRequestOf<C extends RequestContract> = z.output<C['request']>;
/** What comes back. */
export type ReplyOf<C extends RequestContract> = z.output<C['reply']>;

/** The subject with its `{tokens}` filled in; with `*` for each of them when no values are given. */
export function subjectOf(template: string, tokens?: Readonly<Record<string, string>>): string {
  // Text and names of tokens in turn.
  const parts = partsOf(template);
  let subject = parts[0] ?? '';
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const name = parts[index] ?? '';
    subject += tokens === undefined ? '*' : tokenOf(template, name, tokens[name]);
    subject += parts[index + 1] ?? '';
  }
  return subject;
}

/** There are as many templates as kinds of messages; each query fills in some of them. */
const split = new Map<string, readonly string[]>();

function partsOf(template: string): readonly string[] {
  const known = split.get(template);
  if (known !== undefined) return known;
  const parts = template.split(/\{(\w+)\}/);
  split.set(template, parts);
  return parts;
}

function tokenOf(template: string, name: string, value: string | undefined): string {
  if (value === undefined || !/^[\w-]+$/.test(value)) throw new TypeError(`subject ${template}: bad token ${name}`);
  return value;
}

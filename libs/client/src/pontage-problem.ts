/** A field that was refused. */
export interface FieldFault {
  /** Where in the request's body (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
}

/** The parts of a problem that a program goes by. */
export interface ProblemFacts {
  readonly status: number;
  /** The name of the problem, as in `docs/problems`; the status where the answer is not one of ours. */
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  readonly requestId?: string;
}

/** An answer that is a problem: what was refused, and why. @see RFC 9457 */
export class PontageProblem extends Error implements ProblemFacts {
  override readonly name = 'PontageProblem';
  readonly status: number;
  readonly code: string;
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly errors: readonly FieldFault[];
  /** What the gateway calls the request in its logs and in the audit record. */
  readonly requestId: string | undefined;

  constructor(facts: ProblemFacts) {
    const { status, code, title, detail, errors = [], requestId } = facts;
    const fields = errors.map((fault) => `${fault.pointer}: ${fault.detail}`);
    super([detail ?? title ?? `HTTP ${status}`, ...fields].join('; '));
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
  }
}

/** Reads the problem that an answer is; whatever else stands in its place keeps its status. */
export function problemIn(status: number, text: string, requestId: string | null): PontageProblem {
  let said: Partial<Omit<ProblemFacts, 'status'>> = {};
  try {
    said = (JSON.parse(text) ?? {}) as typeof said;
  } catch {
    // Not ours, or not JSON: the status has to do.
  }
  const { code = String(status), title, detail, errors } = said;
  return new PontageProblem({
    status,
    code,
    ...(title === undefined ? {} : { title }),
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(requestId === null ? {} : { requestId }),
  });
}

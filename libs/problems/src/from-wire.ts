import { internal, problemCatalogue } from './catalogue.js';
import { Problem, type ProblemOnTheWire } from './problem.js';

/** The problem that another process sent; an unknown slug is `internal`. */
export function problemFromWire(wire: ProblemOnTheWire): Problem {
  const definition = problemCatalogue.get(wire.slug);
  if (definition === undefined) return internal({}, { note: `unknown problem from the wire: ${wire.slug}` });
  return new Problem(definition, wire.facts ?? {}, {
    ...(wire.detail === undefined ? {} : { detail: wire.detail }),
    ...(wire.errors === undefined ? {} : { errors: wire.errors }),
    ...(wire.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: wire.retryAfterSeconds }),
  });
}

/** The problem as it is, or `internal` with the error as its cause: what nobody declared is a bug of ours. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : internal({}, { cause: error });
}

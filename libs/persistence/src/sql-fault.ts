import { invalidRequest, unavailable, type Problem } from '@pontage/problems';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/** True when the statement broke the named constraint or unique index. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof QueryFailedError && 'constraint' in error && error.constraint === constraint;
}

/**
 * The database's word for what failed (SQLSTATE); undefined when it never said: the connection broke or took too long.
 */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Classes and codes that tell of the server's state or of a race, not of the statement. */
const passing = /^(?:08|40|53|55P03|57)/;
const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const connectionWords =
  /^(?:Query read timeout|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** U+0000 in a text, which PostgreSQL does not store. */
const unstorable = new Set(['22021', '22P05']);

/**
 * `unavailable` for a database that cannot be reached or does not keep up, `invalid-request` for what no column takes;
 * any other error as it is, without its parameters.
 */
export function databaseFault(error: unknown): unknown {
  if (unstorable.has(sqlState(error) ?? ''))
    return invalidRequest({}, { detail: 'A text holds the character U+0000.' });
  if (isPassing(error))
    return unavailable({}, { cause: withoutParameters(error), note: 'the database did not answer' });
  return withoutParameters(error);
}

function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error) || isOurs(error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return passing.test(state);
  // TypeORM lets a connection go when it breaks between two statements, and complains at the second.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const code = 'code' in error ? String(error.code) : '';
  return connectionCodes.has(code) || connectionWords.test(error.message);
}

const isOurs = (error: Error): error is Problem => error.name === 'Problem';

/** The driver hangs statement, parameters and rows on its errors; a log has no use for them and must not see them. */
function withoutParameters(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  for (const fault of [error, error.driverError as object]) {
    for (const name of ['parameters', 'detail', 'where', 'internalQuery']) Reflect.deleteProperty(fault, name);
  }
  return error;
}

import { HttpException } from '@nestjs/common';
import {
  asProblem,
  bodyTooLarge,
  invalidRequest,
  isProblem,
  notFound,
  unsupportedMediaType,
  type Problem,
} from '@pontage/problems';

/**
 * Any thrown thing as the problem that the caller is told: also what fastify and Nest refuse by themselves.
 * Their messages are not passed on, since some of them repeat the URL.
 */
export function problemOf(error: unknown, limitBytes = 0): Problem {
  if (isProblem(error)) return error;
  const status = statusOfRefusal(error);
  if (status === undefined || status >= 500) return asProblem(error);
  if (status === 404) return notFound({}, { detail: 'There is no such route.', cause: error });
  if (status === 413) return bodyTooLarge({ limitBytes }, { cause: error });
  if (status === 415) return unsupportedMediaType({}, { cause: error });
  return invalidRequest({}, { detail: 'This is not a request that can be read.', cause: error });
}

function statusOfRefusal(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

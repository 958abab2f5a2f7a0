import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

const secretNames = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'clientSecret',
  'privateKey',
  'accessToken',
];

/**
 * Writes JSON lines to stderr, so that stdout stays free for what a person asked for.
 * Fields that are named like a secret are masked; errors are written as name, message, stack and cause, without the
 * parameters and statements that database drivers hang on them.
 */
export function createLogger(service: string, level = 'info'): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[masked]' },
      serializers: { err: plainError, error: plainError },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const note = 'note' in error && typeof error.note === 'string' ? { note: error.note } : {};
  return { name, message, stack, ...note, ...(cause === undefined ? {} : { cause: plainError(cause) }) };
}

import { pino, type DestinationStream, type Logger } from 'pino';
import { outboundScan } from './redaction/outbound-scan.js';

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
 * parameters and statements that database drivers hang on them. Whatever is left of a secret that this process has in its
 * memory is masked in the line itself, wherever it stands there.
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
    scanned(pino.destination({ dest: 2, sync: false })),
  );
}

type Destination = ReturnType<typeof pino.destination>;

/** The finished line is the last place where nothing can be added any more. */
function scanned(destination: Destination): DestinationStream & Pick<Destination, 'flush'> {
  return {
    write: (line) => destination.write(outboundScan.line(line)),
    flush: (done) => destination.flush(done),
  };
}

/** Messages of the runtime and of libraries that repeat what they were given, which may be a secret that nobody noted. */
const quoting: readonly (readonly [RegExp, string])[] = [
  [/, (?:\.{3})?"[^]*?"(?:\.{3})? is not valid JSON/g, ', … is not valid JSON'],
  [/"[^]*?" is an invalid header (name|value)/g, '… is an invalid header $1'],
  [/ Received (?:type \w+ \([^]*?\)|'[^]*?'|"[^]*?")(?=\n|$)/g, ' Received …'],
];

const unquoted = (text: string): string =>
  quoting.reduce((left, [pattern, instead]) => left.replaceAll(pattern, instead), text);

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, cause } = error;
  const [message, stack] = [unquoted(error.message), unquoted(error.stack ?? '')];
  const note = 'note' in error && typeof error.note === 'string' ? { note: error.note } : {};
  return { name, message, stack, ...note, ...(cause === undefined ? {} : { cause: plainError(cause) }) };
}

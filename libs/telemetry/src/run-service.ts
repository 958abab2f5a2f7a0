import { levels } from 'pino';
import { createLogger, type Logger } from './logger.js';
import { liveSecrets } from './redaction/live-secrets.js';
import { noteOwnSecrets } from './redaction/note-own-secrets.js';

/** What a service's start is given. */
export interface ServiceContext {
  readonly logger: Logger;
  /** Registers what has to be done before the process may end; the last registered goes first. */
  onStop(stop: () => Promise<void> | void): void;
}

/** How long a stop may take before the process ends all the same. */
const stopDeadlineMs = 15_000;

/**
 * Runs one service as a process: starts it, tells the parent (over IPC, when there is one) that it is ready, drains it on
 * SIGTERM or SIGINT and exits 0. A start that throws writes one line and exits 1, and so does an error nobody caught.
 */
export function runService(name: string, start: (context: ServiceContext) => Promise<{ healthPort: number }>): void {
  noteOwnSecrets(liveSecrets, process.env);
  const logger = createLogger(name, levelOf(process.env.PONTAGE_LOG_LEVEL));
  const stops: (() => Promise<void> | void)[] = [];
  let stopping = false;

  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(exitCode || 1), stopDeadlineMs).unref();
    for (const each of stops.reverse()) {
      try {
        await each();
      } catch (error) {
        logger.error({ err: error }, 'a step of the stop failed');
      }
    }
    logger.flush(() => process.exit(exitCode));
  };
  const die = (message: string) => (error: unknown) => {
    logger.fatal({ err: error }, message);
    void stop(1);
  };

  process.once('SIGTERM', () => void stop(0));
  process.once('SIGINT', () => void stop(0));
  // A launcher that was killed cannot say so; its end of the channel closes.
  process.once('disconnect', () => void stop(0));
  process.on('uncaughtException', die('an error nobody caught'));
  process.on('unhandledRejection', die('a rejection nobody caught'));
  // Node writes warnings to stderr by itself, and some quote what they warn of.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, 'a warning of the runtime'));

  // Some starts throw before they are asynchronous: settings are read first.
  const started = async () => start({ logger, onStop: (each) => void stops.push(each) });
  started().then(({ healthPort }) => {
    logger.debug({ healthPort }, 'ready');
    process.send?.({ ready: true, health: `http://127.0.0.1:${healthPort}` });
  }, die('the start failed'));
}

/** A level that there is not is for the settings to report, which are read next. */
const levelOf = (name: string | undefined): string | undefined =>
  name !== undefined && (name === 'silent' || name in levels.values) ? name : undefined;

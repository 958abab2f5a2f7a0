import { levels } from 'pino';
import { LauncherChannel } from './launcher-channel.js';
import { createLogger, type Logger } from './logger.js';
import { liveSecrets } from './redaction/live-secrets.js';
import { noteOwnSecrets } from './redaction/note-own-secrets.js';

/** What a service's start is given. */
export interface ServiceContext {
  readonly logger: Logger;
  /** The port that the launcher hands over, as `net.Server.listen` takes it; never settles when it hands over none. */
  readonly handedPort: Promise<object>;
  /** Registers what has to be done before the process may end; the last registered goes first. */
  onStop(stop: () => Promise<void> | void): void;
}

/** How long the process may go on once it was told to end, whatever is left to do. */
const endsWithinMs = 15_000;
/** How long of that a launcher has to start a successor. */
const successorWithinMs = 8_000;

/**
 * Runs one service as a process: starts it, tells the parent (over IPC, when there is one) that it is ready, drains it on
 * SIGTERM or SIGINT and exits 0; a launcher that starts successors is given the time for it first. A start that throws
 * writes one line and exits 1, and so does an error nobody caught.
 */
export function runService(name: string, start: (context: ServiceContext) => Promise<{ healthPort: number }>): void {
  noteOwnSecrets(liveSecrets, process.env);
  const logger = createLogger(name, levelOf(process.env.PONTAGE_LOG_LEVEL));
  const stops: (() => Promise<void> | void)[] = [];
  let stopping = false;
  let ending: NodeJS.Timeout | undefined;
  const endInAnyCase = (exitCode: number): void => {
    ending ??= setTimeout(() => process.exit(exitCode), endsWithinMs).unref();
  };

  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    endInAnyCase(exitCode || 1);
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

  const launcher = new LauncherChannel(() => void stop(0));
  const leave = (): void => {
    if (stopping || !launcher.leave()) return void stop(0);
    endInAnyCase(1);
    setTimeout(() => void stop(0), successorWithinMs).unref();
  };

  // Told more than once, it goes on with its drain: without a listener a signal would cut it off.
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.on('uncaughtException', die('an error nobody caught'));
  process.on('unhandledRejection', die('a rejection nobody caught'));
  // Node writes warnings to stderr by itself, and some quote what they warn of.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, 'a warning of the runtime'));

  // Some starts throw before they are asynchronous: settings are read first.
  const { handedPort } = launcher;
  const started = async () => start({ logger, handedPort, onStop: (each) => void stops.push(each) });
  started().then(({ healthPort }) => {
    logger.debug({ healthPort }, 'ready');
    launcher.ready(`http://127.0.0.1:${healthPort}`);
  }, die('the start failed'));
}

/** A level that there is not is for the settings to report, which are read next. */
const levelOf = (name: string | undefined): string | undefined =>
  name !== undefined && (name === 'silent' || name in levels.values) ? name : undefined;

const ignore = (): void => undefined;

/**
 * Resolves when this process is told to stop: by Ctrl-C, by SIGTERM, by the end of its terminal, or by the end of the
 * process that started it with a channel. From then on nothing but its own drain ends it: npm sends a second SIGINT,
 * and a terminal that is gone breaks the pipes.
 */
export function untilToldToStop(): Promise<void> {
  process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  return new Promise((resolve) => {
    for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.on(event, () => resolve());
  });
}

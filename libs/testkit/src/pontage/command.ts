import { join } from 'node:path';

/** The `pontage` command of this tree. */
export const command = join(import.meta.dirname, '..', '..', '..', '..', 'apps', 'cli', 'bin', 'pontage.mjs');

/** The environment of this process without what it says of Pontage, but for the level of logs. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PONTAGE_(?!LOG_LEVEL)/.test(name)));

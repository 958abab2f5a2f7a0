// Runs one program of this repository with our standard streams, and ends as it ended.
import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** Resolves with the exit code; Ctrl-C goes to the program, whose end we wait for. */
export function run(command, args, { env = {}, stdio = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
    const forward = (signal) => child.kill(signal);
    // The terminal tells the whole group about Ctrl-C; only SIGTERM comes to us alone.
    const wait = () => undefined;
    process.on('SIGINT', wait).on('SIGTERM', forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', wait).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

export const node = (args, options) => run(process.execPath, args, options);

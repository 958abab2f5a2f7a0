// Runs the README's code blocks as a reader would, from top to bottom: each ```sh block in a shell of its own, which has
// to succeed. `sh background` stays running until the end, once it has said that it is ready, and has to end cleanly
// when it is interrupted. `sh tests` is left to the step that runs the tests. Other blocks are not commands.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const readyMs = 300_000;
const endMs = 30_000;

const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh *(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, kind, text]) => ({ kind, text: text.trim() }),
);
const shell = (text, options) => spawn('bash', ['-euo', 'pipefail', '-c', text], { cwd: root, ...options });
const ended = (child) => new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
const after = (ms, what) => new Promise((_, reject) => setTimeout(() => reject(new Error(what)), ms).unref());

/** Starts a block that stays, and waits until it says that it is ready. */
async function stay(text) {
  // A process group of its own: interrupting it is what Ctrl-C in a terminal does.
  const child = shell(text, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const end = ended(child);
  const ready = new Promise((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (words) => {
      process.stdout.write(words);
      said += words;
      if (/^pontage ready /m.test(said)) resolve();
    });
  });
  const died = end.then((how) => Promise.reject(new Error(`it ended with ${how} before it was ready`)));
  await Promise.race([ready, died, after(readyMs, 'it was not ready in time')]);
  return async () => {
    process.kill(-child.pid, 'SIGINT');
    const how = await Promise.race([end, after(endMs, 'it did not end when it was interrupted')]);
    // The launcher ends with 0; npm, which heard of the interrupt as well, may raise it again for its shell.
    if (how !== 0 && how !== 'SIGINT') throw new Error(`it ended with ${how} when it was interrupted`);
    if (existsSync(join(root, '.pontage', 'processes.json'))) throw new Error('it left processes.json behind');
  };
}

const stops = [];
/** Runs a block; true when it was this step's to run. */
async function play({ kind, text }) {
  process.stdout.write(`\n$ ${text.replaceAll('\n', '\n  ')}\n`);
  if (kind === 'tests') {
    process.stdout.write('(run by the step that runs the tests)\n');
    return false;
  }
  if (kind === 'background') {
    stops.push(await stay(text));
    return true;
  }
  const how = await ended(shell(text, { stdio: ['ignore', 'inherit', 'inherit'] }));
  if (how !== 0) throw new Error(`the block ended with ${how}`);
  process.stdout.write('\n');
  return true;
}

const complain = (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
};

let run = 0;
try {
  for (const block of blocks) if (await play(block)) run += 1;
} catch (error) {
  complain(error);
}
for (const stop of stops) await stop().catch(complain);
process.stdout.write(`\n${run} of ${blocks.length} code blocks of the README ran\n`);

import { PontageClient } from '@pontage/client';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportAudit, tailAudit, type AuditFilter, verifyAuditLog } from './commands/audit.js';
import { demo, demoLoad } from './commands/demo.js';
import { demoMethods } from './commands/demo-methods.js';
import { keysStatus, rotateKeys } from './commands/keys.js';
import { migrate } from './commands/migrate.js';
import { addPair, jsonArgument, runQuery, type QueryOptions } from './commands/query.js';
import { addRegionCommands } from './commands/regions.js';
import { addResourceCommands } from './commands/resources/add-resource-commands.js';
import { start } from './commands/start.js';
import { status } from './commands/status.js';
import { startWorker } from './commands/worker.js';
import { failureText } from './failure-text.js';

const done = 0;
const failed = 1;
const wrongUse = 2;

const program = new Command('pontage')
  .description('One API in front of every API.')
  .option('--json', 'print JSON')
  .option('--url <url>', 'the gateway (PONTAGE_URL)', process.env.PONTAGE_URL ?? 'http://127.0.0.1:7400')
  .addHelpText(
    'after',
    '\nThe API token comes from PONTAGE_TOKEN, or from the data folder of a Pontage on this machine.',
  )
  .exitOverride();

const client = (): PontageClient =>
  new PontageClient({
    url: program.opts<{ url: string }>().url,
    token: process.env.PONTAGE_TOKEN ?? localToken(),
  });
const isJson = (): boolean => program.opts<{ json?: boolean }>().json === true;
const exitWith = (code: number): void => void (process.exitCode = code);

program.command('start').description('boot all of Pontage on this machine').action(start);
program
  .command('demo')
  .description('play the main job on a Pontage of its own')
  .addOption(new Option('--load [actions]', 'place orders instead, and reconcile').argParser(wholeNumber))
  .addOption(new Option('--methods', 'call one API of every auth method instead').conflicts('load'))
  .option('--wrong <methods...>', 'with --methods: save wrong credentials for these, and see them refused')
  .action(async ({ load, methods, wrong }: { load?: number | true; methods?: true; wrong?: string[] }) => {
    if (methods === true) return exitWith(await demoMethods(wrong ?? [], isJson()));
    exitWith(load === undefined ? await demo() : await demoLoad(load === true ? 500 : load, isJson()));
  });
program.command('migrate').description('make the database roles and bring the schemas up to date').action(migrate);
program
  .command('status')
  .description('say whether it is ready, and which workers it has')
  .action(async () => exitWith(await status(client(), isJson())));

const worker = program.command('worker').description('egress workers');
worker
  .command('start')
  .description('become a worker')
  .requiredOption('--region <region>', 'its region')
  .action(({ region }: { region: string }) => startWorker(region));

const query = program.command('query').description('queries');
query
  .command('run <name>')
  .description('run an ad-hoc query on a resource, or with --app a saved query')
  .option('--app <uuid>', 'the app of the saved query')
  .option('--method <method>', 'the HTTP method', 'GET')
  .option('--path <path>', 'the path below the base URL', '')
  .option('--param <name=value>', 'a URL parameter; may be repeated', addPair('='), [])
  .option('--header <name:value>', 'a header; may be repeated', addPair(':'), [])
  .option('--body <json>', 'a JSON body', jsonArgument)
  .option('--params <json>', 'the values of a template', jsonArgument)
  .action(async (name: string, options: QueryOptions) => exitWith(await runQuery(client(), name, options, isJson())));

addRegionCommands(program, { client, isJson, exitWith });
addResourceCommands(program, { client, isJson, exitWith });

const audit = program.command('audit').description('the audit log');
const filters = ['actor', 'external-identifier', 'action', 'resource', 'app', 'outcome', 'from', 'to'];
const filtered = (command: Command): Command => {
  for (const name of filters) command.option(`--${name} <value>`, `only events of this ${name.replace('-', ' ')}`);
  return command;
};
const filterOf = (options: Record<string, unknown>): AuditFilter =>
  Object.fromEntries(
    filters
      .map((name) => name.replace('-i', 'I'))
      .flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
  );
filtered(audit.command('tail'))
  .description('print the newest events')
  .option('-n, --lines <count>', 'how many', wholeNumber, 20)
  .option('-f, --follow', 'and those that come', false)
  .action(async (options: { lines: number; follow: boolean }) =>
    exitWith(await tailAudit(client(), { ...options, filter: filterOf(options) }, isJson())),
  );
filtered(audit.command('export'))
  .description('write every event, oldest first, as NDJSON')
  .action(async (options: Record<string, unknown>) => exitWith(await exportAudit(client(), filterOf(options))));
audit
  .command('verify')
  .description('recompute the chain, and compare it with the signed checkpoints')
  .option('--checkpoints <file>', 'checkpoints that were kept elsewhere, one JSON object a line')
  .action(async ({ checkpoints }: { checkpoints?: string }) =>
    exitWith(await verifyAuditLog(client(), checkpoints, isJson())),
  );

const keys = program.command('keys').description('the master keys that credentials are sealed with');
keys
  .command('status')
  .description('list them, and how many records each of them wraps')
  .action(async () => exitWith(await keysStatus(client(), isJson())));
keys
  .command('rotate')
  .description('bring every record under the newest master key, and wait for it')
  .option('--add <file>', "put a new key into the brokers' key file first")
  .option('--data', 'new data keys as well: every secret is sealed anew', false)
  .action(async ({ add, data }: { add?: string; data: boolean }) =>
    exitWith(await rotateKeys(client(), { add, data }, isJson())),
  );

// Whoever reads may have seen enough, as `| head` has: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  exitWith(codeOf(error));
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? done : wrongUse;
  process.stderr.write(`${failureText(error)}\n`);
  return failed;
}

/** The admin token of a Pontage that `npm start` runs in this folder. */
function localToken(): string | undefined {
  const file = join(process.env.PONTAGE_DATA_DIR ?? '.pontage', 'admin-token');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}

import type { PontageClient } from '@pontage/client';
import type { Command } from 'commander';
import { applyResources, diffResources, planResources, type SetOptions } from './apply-resources.js';
import { exportResources } from './export-resources.js';
import { printFileSchema } from './file-schema.js';
import { testResources, type TestOptions } from './test-resources.js';

/** What a command gets from the program that it belongs to. */
export interface CommandContext {
  readonly client: () => PontageClient;
  readonly isJson: () => boolean;
  readonly exitWith: (code: number) => void;
}

const fileOption = [
  '-f, --file <files...>',
  'YAML or JSON with "resources"; secrets as env:NAME or file:PATH',
] as const;
const pruneOption = ['--prune', 'delete the resources that are not in the files'] as const;

/** Adds `pontage resources …`. */
export function addResourceCommands(program: Command, { client, isJson, exitWith }: CommandContext): void {
  const resources = program.command('resources').description('resources as code');
  const onFiles = (name: string, description: string, run: typeof planResources) =>
    resources
      .command(name)
      .description(description)
      .requiredOption(...fileOption)
      .option(...pruneOption)
      .action(async (options: SetOptions) => exitWith(await run(client(), options, isJson())));
  onFiles('plan', 'say what apply would do; change nothing', planResources);
  onFiles('diff', 'say where the resources differ from the files; ends with 1 when they do', diffResources);
  onFiles('apply', 'bring the resources to what the files say: all of it, or nothing', applyResources);
  resources
    .command('test [names...]')
    .description('test connections, stage by stage; ends with 1 when one of them fails')
    .option('-f, --file <files...>', 'test the resources of files as they would be saved')
    .option('--environment <name>', 'in this environment')
    .option(
      '--region <region>',
      "from this region, or from all that have workers; the resource's own unless said otherwise",
    )
    .option('--path <path>', 'the path below the base URL')
    .option('--method <method>', 'the HTTP method')
    .action(async (names: string[], options: TestOptions, command: Command) => {
      if (names.length === 0 && options.file === undefined) command.error('Name resources, or files with -f.');
      exitWith(await testResources(client(), names, options, isJson()));
    });
  resources
    .command('export [names...]')
    .description('write resources (all, unless some are named) as a file that apply takes')
    .action(async (names: string[]) => exitWith(await exportResources(client(), names, isJson())));
  resources
    .command('schema')
    .description('print the JSON Schema of these files')
    .action(async () => exitWith(await printFileSchema(client())));
}

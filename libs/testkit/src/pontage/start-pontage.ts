import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, plainEnvironment } from './command.js';
import { makeTestFolder, removeTestFolder } from '../folder/test-folder.js';

/** A process as the launcher's `processes.json` lists it. */
export interface PontageProcess {
  readonly service: string;
  readonly region: string | null;
  readonly pid: number;
  readonly health: string | null;
}

/** What the launcher writes for operators and fault tests. */
export interface ProcessFile {
  readonly baseUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly processes: readonly PontageProcess[];
}

/** All of Pontage, running as `npm start` runs it. */
export interface Pontage extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly adminToken: string;
  /** The API token of the demo's backend; absent with PONTAGE_DEMO=0. */
  readonly demoToken: string | undefined;
  /** The launcher's own process. */
  readonly pid: number;
  /** What runs now. */
  processes(): ProcessFile;
  /** The one process of a service (and region) that runs now. */
  processOf(service: string, region?: string): PontageProcess;
  /** Calls the gateway with a bearer token: the admin's, unless `token` says otherwise (null: none). */
  fetch(path: string, init?: RequestInit & { token?: string | null; json?: unknown }): Promise<Response>;
  /** Everything that the launcher has written so far. */
  output(): string;
  /** Ends it as Ctrl-C does; the data folder goes too unless it is to be kept. @returns the exit code */
  stop(): Promise<number | null>;
  /** Ends the launcher as `kill -9` does; its children notice by themselves. */
  kill(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface PontageOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of an earlier run, to go on with its data. */
  readonly dataDir?: string;
  readonly keepDataDir?: boolean;
}

const readyDeadlineMs = 120_000;

/** Boots the built system on free ports and resolves when queries can run. */
export async function startPontage(options: PontageOptions = {}): Promise<Pontage> {
  const dataDir = options.dataDir ?? (await makeTestFolder());
  // The channel tells the launcher when this process is gone, however it ended.
  const child = spawn(process.execPath, [command, 'start'], {
    env: environment(dataDir, options.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await readyUrl(child, exited, () => output);

  const processes = (): ProcessFile => JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')) as ProcessFile;
  const adminToken = options.env?.PONTAGE_ADMIN_TOKEN ?? readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  const demoTokenFile = join(dataDir, 'demo-token');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const code = await exited;
    if (options.keepDataDir !== true && signal !== 'SIGKILL') removeTestFolder(dataDir);
    return code;
  };
  return {
    url,
    dataDir,
    adminToken,
    demoToken: existsSync(demoTokenFile) ? readFileSync(demoTokenFile, 'utf8').trim() : undefined,
    pid: child.pid ?? 0,
    processes,
    processOf: (service, region) => {
      const found = processes().processes.find(
        (each) => each.service === service && (region === undefined || each.region === region),
      );
      if (found === undefined) throw new Error(`no ${service} runs`);
      return found;
    },
    fetch: (path, init) => callGateway(url, adminToken, path, init),
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  };
}

function environment(dataDir: string, changes: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...plainEnvironment(),
    PONTAGE_HTTP_PORT: '0',
    PONTAGE_DATA_DIR: dataDir,
    PONTAGE_BUS_STRICT: '1',
    ...changes,
  };
}

async function readyUrl(child: ChildProcess, exited: Promise<number | null>, output: () => string): Promise<string> {
  const signal = AbortSignal.timeout(readyDeadlineMs);
  const ended = exited.then((code) => {
    throw new Error(`the launcher ended with ${code}: ${output()}`);
  });
  ended.catch(() => undefined);
  for (;;) {
    const url = /^pontage ready (\S+)$/m.exec(output())?.[1];
    if (url !== undefined) return url;
    try {
      await Promise.race([once(child.stdout ?? child, 'data', { signal }), ended]);
    } catch (error) {
      child.kill('SIGTERM');
      throw signal.aborted ? new Error(`not ready after ${readyDeadlineMs / 1000} s: ${output()}`) : error;
    }
  }
}

function callGateway(
  url: string,
  adminToken: string,
  path: string,
  init: RequestInit & { token?: string | null; json?: unknown } = {},
): Promise<Response> {
  const { token = adminToken, json, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (token !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  if (json !== undefined) headers.set('content-type', 'application/json');
  return fetch(new URL(path, url), {
    redirect: 'manual',
    ...rest,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

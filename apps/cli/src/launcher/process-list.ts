import { commandLineOf, isAlive, stopStranger, writePrivately } from '@pontage/backends';
import { readFileSync, rmSync } from 'node:fs';

/** One running process, as `processes.json` shows it. */
export interface ListedProcess {
  readonly service: string;
  readonly region: string | null;
  readonly pid: number;
  /** Where its `/healthz`, `/readyz` and `/metrics` are; null for a server of somebody else's making. */
  readonly health: string | null;
}

/** Where everything is: for operators, and for tests that kill. It holds passwords. */
export interface Addresses {
  readonly baseUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  /** What its workers may reach although it is not public, as PONTAGE_EGRESS_ALLOW. */
  readonly egressAllow: string;
}

/** Keeps `processes.json` right. */
export class ProcessList {
  private readonly listed = new Map<string, ListedProcess>();
  private addresses: Addresses | undefined;

  constructor(private readonly file: string) {}

  open(addresses: Addresses): void {
    this.addresses = addresses;
    this.write();
  }

  /** Notes a process that has started or come back. */
  set(name: string, listed: ListedProcess): void {
    this.listed.set(name, listed);
    this.write();
  }

  delete(name: string): void {
    if (this.listed.delete(name)) this.write();
  }

  /** Takes the file away, if it is ours. */
  remove(): void {
    if (this.addresses !== undefined) rmSync(this.file, { force: true });
    this.addresses = undefined;
  }

  private write(): void {
    if (this.addresses === undefined) return;
    const content = { ...this.addresses, processes: [...this.listed.values()] };
    writePrivately(this.file, `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** Ends the services that a launcher left behind when it was killed; they would hold ports and old passwords. */
export async function endLeftovers(file: string): Promise<number> {
  const leftovers = readListed(file).filter(({ pid }) => isAlive(pid) && commandLineOf(pid).includes('/dist/bundle/'));
  await Promise.all(leftovers.map(({ pid }) => stopStranger(pid, 'SIGTERM')));
  rmSync(file, { force: true });
  return leftovers.length;
}

function readListed(file: string): ListedProcess[] {
  try {
    const { processes } = JSON.parse(readFileSync(file, 'utf8')) as { processes: ListedProcess[] };
    return processes.filter(({ service }) => service !== 'launcher');
  } catch {
    return [];
  }
}

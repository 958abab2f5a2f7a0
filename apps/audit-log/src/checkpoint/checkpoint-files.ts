import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broken } from '@pontage/audit-chain';
import { checkpoint as checkpointSchema, type Checkpoint } from '@pontage/contracts/audit-log';

/** What the file of one organisation holds. */
export interface FiledCheckpoints {
  readonly checkpoints: readonly Checkpoint[];
  /** Where the file itself was tampered with. */
  readonly damage: Broken | null;
}

/**
 * Checkpoints outside the database: one file per organisation, one JSON line each, synced before anybody relies on
 * it. A line that a crash tore off is taken away by the next writer.
 */
export class CheckpointFiles {
  constructor(private readonly dir: string) {}

  /** Resolves when the line is on the disk. A file that another run wrote has to be mended first. */
  async append(org: string, checkpoint: Checkpoint): Promise<void> {
    const file = await open(this.fileOf(org), 'a', 0o600);
    try {
      await file.write(`${JSON.stringify(checkpoint)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Takes away what a crash tore off, and returns the newest checkpoint. */
  async mend(org: string): Promise<Checkpoint | null> {
    const text = await this.textOf(org);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) await truncate(this.fileOf(org), Buffer.byteLength(whole));
    return (await this.read(org)).checkpoints.at(-1) ?? null;
  }

  /** Everything that the file holds, oldest first. */
  async read(org: string): Promise<FiledCheckpoints> {
    const lines = (await this.textOf(org)).split('\n');
    // Behind the last line end there is nothing, or what a crash tore off.
    lines.pop();
    const checkpoints: Checkpoint[] = [];
    let damage: Broken | null = null;
    for (const [index, line] of lines.entries()) {
      const checkpoint = checkpointOf(line);
      if (checkpoint !== undefined) checkpoints.push(checkpoint);
      else
        damage ??= {
          seq: (checkpoints.at(-1)?.seq ?? 0) + 1,
          reason: `Line ${index + 1} of the checkpoint file is not readable.`,
        };
    }
    return { checkpoints, damage };
  }

  private async textOf(org: string): Promise<string> {
    try {
      return await readFile(this.fileOf(org), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  private fileOf(org: string): string {
    if (!/^[0-9a-f-]{36}$/.test(org)) throw new TypeError('an organisation is a UUID');
    return join(this.dir, `${org}.ndjson`);
  }
}

function checkpointOf(line: string): Checkpoint | undefined {
  try {
    return checkpointSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

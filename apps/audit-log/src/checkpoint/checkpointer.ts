import { ChainVerifier, genesis, signCheckpoint, type Head } from '@pontage/audit-chain';
import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import { headOf } from '../record/event-table.js';
import type { Appended } from '../record/ledger.js';
import { readChain } from '../record/read-chain.js';
import type { CheckpointFiles } from './checkpoint-files.js';
import type { CheckpointKey } from './checkpoint-key.js';
import { insertCheckpoint } from './checkpoint-table.js';
import { WrittenRows } from './written-rows.js';

const everyMs = 1_000;
/** A burst does not wait for the second to be over. */
const everyEvents = 1_000;

/**
 * Signs how far each chain reaches: a second after an event at the latest, and after so many of them. It signs only
 * what it has verified back to the checkpoint before, so that a broken chain never gets a valid signature: every row is read again,
 * and held against what was written, or hashed when another process has written it.
 */
export class Checkpointer {
  private readonly heads = new Map<string, Head>();
  private readonly written = new WrittenRows();
  private readonly last = new Map<string, Checkpoint | null>();
  private readonly waiting = new Set<string>();
  private readonly refused = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly files: CheckpointFiles,
    private readonly key: CheckpointKey,
    private readonly logger: Logger,
  ) {}

  /** Signs what an earlier process left unsigned, then goes on in the background. */
  async start(): Promise<void> {
    for (const org of await this.unitOfWork.ids('recorded_organisations')) this.waiting.add(org);
    this.timer = setInterval(() => void this.sign(), everyMs).unref();
    await this.sign();
  }

  /** Signs what is left. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sign();
  }

  /** Hears what was appended to a chain. */
  note(org: string, { head, rows }: Appended): void {
    this.heads.set(org, head);
    this.written.add(org, rows);
    this.waiting.add(org);
    if (head.seq - (this.last.get(org)?.seq ?? 0) >= everyEvents) void this.sign();
  }

  /** The heads of an organisation's chain that this process has written itself. */
  remembered(org: string): Head[] {
    const head = this.heads.get(org);
    return head === undefined ? [] : [head];
  }

  /** One round at a time; what comes up meanwhile is the next round's. */
  private sign(): Promise<void> {
    this.round = this.round.then(async () => {
      const orgs = [...this.waiting];
      this.waiting.clear();
      for (const org of orgs) {
        try {
          await this.checkpoint(org);
        } catch (error) {
          this.waiting.add(org);
          this.last.delete(org);
          this.logger.warn({ err: error, org }, 'a checkpoint could not be made; trying again');
        }
      }
    });
    return this.round;
  }

  private async checkpoint(org: string): Promise<void> {
    const before = await this.lastOf(org);
    const from = before ?? genesis(org);
    const head = await this.unitOfWork.run(org, async (work) => {
      // A crash, or an outage of the database, may have come between the file and the table.
      if (before !== null) await insertCheckpoint(work, before);
      return headOf(work);
    });
    if (head.seq === from.seq && head.hash === from.hash) return;
    const verifier = new ChainVerifier({ org, checkpoints: [], keys: this.key.keys, from, remembered: [head] });
    await readChain(this.unitOfWork, org, verifier, from.seq, (row) => this.written.has(org, row));
    const { firstBroken } = verifier.finish();
    if (firstBroken !== null || head.seq <= from.seq) return this.refuse(org, firstBroken);
    const checkpoint = signCheckpoint(org, head, new Date(), this.key.privateKey);
    await this.files.append(org, checkpoint);
    this.last.set(org, checkpoint);
    this.refused.delete(org);
    this.written.forget(org, head.seq);
    await this.unitOfWork.run(org, (work) => insertCheckpoint(work, checkpoint));
  }

  private async lastOf(org: string): Promise<Checkpoint | null> {
    const known = this.last.get(org);
    if (known !== undefined) return known;
    const last = await this.files.mend(org);
    this.last.set(org, last);
    return last;
  }

  private refuse(org: string, firstBroken: unknown): void {
    if (this.refused.has(org)) return;
    this.refused.add(org);
    this.logger.error({ org, firstBroken }, 'the audit chain is broken; no checkpoint is signed behind the last one');
  }
}

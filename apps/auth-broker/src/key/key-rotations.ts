import { randomUUID } from 'node:crypto';
import { SealBroken } from '@pontage/envelope';
import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import type { SecretBox } from '../secrets/secret-box.js';
import { RotationStore, type HeldRotation, type Position } from './rotation-store.js';
import { SealedRecords, type Renewal } from './sealed-records.js';
import { sealedTables, type SealedRow, type SealedTable } from './sealed-tables.js';

/** How soon a rotation goes on whose broker is gone; one that is asked for is begun at once. */
const lookEveryMs = 5_000;
/** A process that has said nothing for so long is gone, and another one goes on. */
const holdMs = 10_000;
const portionSize = 100;

/** What one portion came to. */
interface Portion {
  readonly changed: number;
  readonly unreadable: number;
  /** Undefined behind the last record. */
  readonly last: readonly string[] | undefined;
}

/** Carries rotations out: portion by portion, so that it can be killed anywhere and goes on there in any broker. */
export class KeyRotations {
  private readonly owner = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private stopping = false;
  private readonly rotations: RotationStore;
  private readonly records: SealedRecords;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly box: SecretBox,
    private readonly logger: Logger,
  ) {
    this.rotations = new RotationStore(unitOfWork);
    this.records = new SealedRecords(unitOfWork);
  }

  start(): void {
    this.timer = setInterval(() => this.look(), lookEveryMs).unref();
    this.look();
  }

  /** Looks for a rotation now. */
  look(): void {
    this.round ??= this.carryOut()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'a key rotation was interrupted; it goes on'))
      .finally(() => (this.round = undefined));
  }

  /** Ends the background work after the portion in hand; another broker goes on with the rest. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  private async carryOut(): Promise<void> {
    const rotation = await this.rotations.take(this.owner, holdMs);
    if (rotation === undefined) return;
    let { records, unreadable, position } = rotation;
    // Wrapping is done when a pass finds nothing left: another broker may have sealed with an older key meanwhile.
    for (let isOver = false; !isOver;) {
      let changed = position?.changed ?? 0;
      if (position === null) unreadable = 0;
      for await (const portion of this.pass(rotation, position)) {
        changed += portion.changed;
        records += portion.changed;
        unreadable += portion.unreadable;
        position = { ...portion.position, changed };
        if (!(await this.rotations.advance(rotation, this.owner, { records, unreadable, position }, holdMs))) return;
        if (this.stopping) return;
      }
      isOver = rotation.depth === 'data' || changed === 0;
      position = null;
    }
    await this.finish(rotation, records, unreadable);
  }

  private async *pass(rotation: HeldRotation, from: Position | null) {
    for (const table of sealedTables.slice(from === null ? 0 : indexOf(from.table))) {
      const begin = table.name === from?.table ? from : null;
      for (const org of await this.records.organisationsOf(table)) {
        if (begin === null || org > begin.org) yield* this.portions(rotation, table, org, null);
        else if (org === begin.org) yield* this.portions(rotation, table, org, placeIn(table, begin));
      }
    }
  }

  private async *portions(rotation: HeldRotation, table: SealedTable, org: string, behind: readonly string[] | null) {
    for (let after = behind; ;) {
      const { last, ...portion } = await this.portion(rotation, table, org, after);
      if (last === undefined) return;
      after = last;
      yield { ...portion, position: { table: table.name, org, after } };
    }
  }

  private portion(
    { depth }: HeldRotation,
    table: SealedTable,
    org: string,
    after: readonly string[] | null,
  ): Promise<Portion> {
    return this.unitOfWork.run(org, async (work) => {
      const exceptKey = depth === 'keys' ? this.box.keys.current.id : undefined;
      const rows = await this.records.portion(work, table, after, exceptKey, portionSize);
      const renewals = rows.flatMap((row) => this.renew(table, org, row, depth));
      // Whoever has replaced a record meanwhile has sealed it anew.
      const changed = await this.records.replace(work, table, renewals);
      return { changed, unreadable: rows.length - renewals.length, last: rows.at(-1)?.key };
    });
  }

  private renew(table: SealedTable, org: string, row: SealedRow, depth: 'keys' | 'data'): Renewal[] {
    try {
      return [{ row, by: this.box.renew(table.placeOf(org, row), row.sealed, depth) }];
    } catch (error) {
      if (error instanceof SealBroken) return [];
      throw error;
    }
  }

  private async finish(rotation: HeldRotation, records: number, unreadable: number): Promise<void> {
    await this.rotations.advance(rotation, this.owner, { records, unreadable, position: null }, holdMs);
    await this.unitOfWork.run(rotation.org, async (work) => {
      if (!(await this.rotations.finish(work, rotation, this.owner))) return;
      work.audit({
        ...rotation.requestedBy,
        action: 'key.rotated',
        outcome: unreadable === 0 ? 'success' : 'failure',
        data: { rotation: rotation.id, depth: rotation.depth, keyId: this.box.keys.current.id, records, unreadable },
      });
    });
    this.logger.info({ rotation: rotation.id, records, unreadable }, 'a key rotation has come to its end');
  }
}

/** Where to go on in a table: from its beginning when the place was noted for a key of other columns. */
const placeIn = (table: SealedTable, { after }: Position): readonly string[] | null =>
  after.length === table.key.length ? after : null;

const indexOf = (table: string): number => sealedTables.findIndex(({ name }) => name === table);

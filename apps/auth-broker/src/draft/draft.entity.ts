import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Authentication that no resource has claimed yet. */
@Entity('draft')
export class DraftRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') method!: string;
  @Column('jsonb') settings!: object;
  @Column({ type: 'text', array: true }) kept!: string[];
  @Column('bytea') sealed!: Buffer;
}

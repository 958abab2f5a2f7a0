import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A credential of a resource. It never changes: another secret is another row. */
@Entity('credential')
export class CredentialRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('uuid', { name: 'resource_id' }) resourceId!: string;
  @Column('text') method!: string;
  @Column('jsonb') settings!: object;
  @Column('bytea') sealed!: Buffer;
  /** Null: since it was created. */
  @Column('timestamptz', { name: 'rotated_at', nullable: true }) rotatedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'created_at', insert: false, update: false }) createdAt!: Date;
}

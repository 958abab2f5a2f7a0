import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The key that an organisation's fingerprints are made with, sealed. */
@Entity('fingerprint_key')
export class FingerprintKeyRow {
  @PrimaryColumn('uuid') org!: string;
  @Column('bytea') sealed!: Buffer;
}

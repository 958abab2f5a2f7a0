import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('organisation')
export class OrganisationRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') name!: string;
  @Column('text', { name: 'default_region' }) defaultRegion!: string;
  @Column('text', { array: true }) environments!: string[];
  @Column('json') embed!: { allowedOrigins: string[] };
  @Column('text', { array: true, name: 'return_origins' }) returnOrigins!: string[];
  @Column('boolean', { name: 'open_resources' }) openResources!: boolean;
  @Column('boolean') bootstrapped!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}

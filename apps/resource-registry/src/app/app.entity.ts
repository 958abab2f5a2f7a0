import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('app')
export class AppRow {
  @PrimaryColumn('uuid') uuid!: string;
  @Column('uuid') org!: string;
  @Column('text') name!: string;
  @Column('text') description!: string;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}

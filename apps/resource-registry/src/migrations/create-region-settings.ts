import { organisationsFunction, tenantTable } from '@pontage/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators have decided of regions. */
export class CreateRegionSettings1764300000000 implements MigrationInterface {
  readonly name = 'CreateRegionSettings1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A region is of the whole installation; its row's organisation is that of the operator who decided. Of several rows of a
      -- region the one with the highest version counts.
      CREATE TABLE region_setting (
        org uuid NOT NULL,
        region text COLLATE "C" NOT NULL,
        setting jsonb NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (org, region)
      );
      ${tenantTable('region_setting')}
      ${organisationsFunction('region_setting_organisations', 'region_setting')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION region_setting_organisations(); DROP TABLE region_setting;');
  }
}

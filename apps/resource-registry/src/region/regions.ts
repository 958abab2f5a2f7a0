import { unknownRegion } from '@pontage/problems';

/** The regions that this installation has. */
export class Regions {
  constructor(private readonly ids: readonly string[]) {}

  /** The region of an organisation that chose none. */
  get first(): string {
    return this.ids[0] ?? '';
  }

  /** @throws unknownRegion */
  require(id: string): void {
    if (!this.ids.includes(id)) throw unknownRegion({ region: id });
  }
}

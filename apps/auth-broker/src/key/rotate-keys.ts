import { auditOf, serves } from '@pontage/bus';
import { holdsScope, type Call, type ParsedRequestOf } from '@pontage/contracts';
import { rotateKeys, type KeyRotation } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { missingScope, unavailable } from '@pontage/problems';
import { SecretBox } from '../secrets/secret-box.js';
import { KeyRotations } from './key-rotations.js';
import { RotationStore } from './rotation-store.js';

/** Takes a rotation down; it is carried out in the background. */
@serves(rotateKeys)
export class RotateKeys {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly rotations: RotationStore,
    private readonly box: SecretBox,
    private readonly background: KeyRotations,
  ) {}

  async handle({ depth }: ParsedRequestOf<typeof rotateKeys>, call: Call): Promise<KeyRotation> {
    if (!holdsScope(call.principal, 'operator')) throw missingScope({ scope: 'operator' });
    this.readKeys();
    const keyId = this.box.keys.current.id;
    const rotation = await this.unitOfWork.run(call.org, async (work) => {
      const made = await this.rotations.insert(work, { depth, keyId }, auditOf(call));
      work.audit({
        ...auditOf(call),
        action: 'key.rotation-requested',
        outcome: 'success',
        data: { rotation: made.id, depth, keyId },
      });
      return made;
    });
    this.background.look();
    return rotation;
  }

  /** The newest key may have been added a moment ago. */
  private readKeys(): void {
    try {
      this.box.refresh();
    } catch (cause) {
      throw unavailable({}, { cause, detail: 'The file of the master keys is not good; nothing was begun.' });
    }
  }
}

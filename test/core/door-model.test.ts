import fc from 'fast-check';
import { describe, it } from 'vitest';
import { doorCommands, modelledDoors } from '../support/door-model/door-commands.ts';
import { DoorModel } from '../support/door-model/door-model.ts';
import { DrivenDoor } from '../support/door-model/driven-door.ts';

describe('whatever happens to a door', () => {
  it('it stands and tells as an independent model of it: never released beyond its time, never shut to REX or fire, no alarm dropped', () => {
    const plays = modelledDoors.chain((door) =>
      fc.record({ door: fc.constant(door), commands: doorCommands(door) }),
    );
    fc.assert(
      fc.property(plays, ({ door, commands }) => {
        fc.modelRun(() => ({ model: new DoorModel(door), real: new DrivenDoor(door) }), commands);
      }),
      { numRuns: 1_000 },
    );
  });
});

import { SimulatedDoor } from '../../drivers/sim/simulated-door.ts';

/** A simulated door whose wires a test watches, or cuts: what `onMove` throws, the hardware refuses. */
export class WatchedDoor extends SimulatedDoor {
  onMove: (direction: 'release' | 'secure') => void = () => {};

  override release(): void {
    this.onMove('release');
    super.release();
  }

  override secure(): void {
    this.onMove('secure');
    super.secure();
  }
}

/** Eight readers on a pty at argv[2], in a process of their own, and a bare echo on another; the bench says who reads what. */

import { openPty } from '../../drivers/sim/reader/pty.ts';
import { SimulatedReaders, simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { benchKey, benchReaders, echoOf, type Played } from './osdp-keys.ts';

const readers = new SimulatedReaders({
  path: String(process.argv[2]),
  readers: benchReaders.map((address) => simulatedSettings(address, benchKey(address))),
  onDid: () => {},
  onChannel: () => {},
});
process.on('message', ({ address, action }: Played) => {
  readers.act(address, action);
});
process.once('disconnect', () => {
  Promise.all([readers.close(), echo.close()]).then(
    () => process.exit(),
    () => process.exit(1),
  );
});
readers.start();
const echo = openPty(echoOf(String(process.argv[2])), (bytes) => echo.write(bytes));
process.send?.('ready');

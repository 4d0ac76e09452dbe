/** Reads the audit trail of the SHIP server at port argv[3] into the store of argv[2], over and over, until it is killed. */
import { Recorder } from '../../../controller/app/recorder.ts';
import { JournaledSaltoLog } from '../../../controller/app/salto-log.ts';
import { SystemClock, systemTime, systemTimers } from '../../../controller/app/system-clock.ts';
import { DoorId } from '../../../controller/core/dataset.ts';
import { openStore } from '../../../controller/store/open-store.ts';
import { AuditReader } from '../../../drivers/salto/audit/audit-reader.ts';
import { ShipConnection } from '../../../drivers/salto/ship-connection.ts';

const { journal } = openStore(String(process.argv[2]), { now: () => Date.now() });
const connection = new ShipConnection({
  address: { host: '127.0.0.1', port: Number(process.argv[3]) },
  setup: {
    dialect: { encoding: 'utf-8', names: {} },
    timing: { connectWithinMs: 60_000, retryMinMs: 1_000, retryMaxMs: 15_000 },
  },
  timers: systemTimers,
});
const reader = new AuditReader({
  ask: (call) => connection.call(call, { withinMs: 60_000, urgent: true }),
  log: new JournaledSaltoLog(journal, new Recorder(journal, new SystemClock(systemTime, 0))),
  naming: 'id',
  scope: 'all',
  doorOf: () => DoorId.parse('front'),
});
for (;;) await reader.read();

/** Every finding, by area and in the order of the output: what docs/doctor.md lists and the tests provoke. */
import { certificateKinds } from './areas/certificates.ts';
import { clockKinds } from './areas/clock.ts';
import { configurationKinds } from './areas/configuration.ts';
import { controllerKinds } from './areas/controller.ts';
import { databaseKinds } from './areas/databases.ts';
import { diskKinds } from './areas/disk.ts';
import { gpioKinds } from './areas/gpio.ts';
import { identityKinds } from './areas/identity.ts';
import { linkKinds } from './areas/link.ts';
import { operationKinds } from './areas/operation.ts';
import { permissionKinds } from './areas/permissions.ts';
import { phoneKinds } from './areas/phone.ts';
import { readerKinds } from './areas/readers.ts';
import { saltoKinds } from './areas/salto-kinds.ts';
import type { FindingKinds } from './finding.ts';

export const findingKinds = {
  Configuration: configurationKinds,
  Identity: identityKinds,
  Certificates: certificateKinds,
  Controller: controllerKinds,
  'Wired doors': gpioKinds,
  Readers: readerKinds,
  'Link to the head-end': linkKinds,
  Clock: clockKinds,
  Databases: databaseKinds,
  Operation: operationKinds,
  Phone: phoneKinds,
  SALTO: saltoKinds,
  Disk: diskKinds,
  Permissions: permissionKinds,
} as const satisfies Readonly<Record<string, FindingKinds>>;

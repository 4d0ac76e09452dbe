import { join } from 'node:path';

/** Where the building's CA rests in a state folder. */
export const authorityFiles = (stateDir: string) => ({
  /** Key and certificate together: neither is of use without the other. */
  authority: join(stateDir, 'ca.pem'),
  crl: join(stateDir, 'ca.crl'),
});

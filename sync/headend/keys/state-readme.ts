/** Laid into a new state folder, for whoever finds it. */
export const stateReadme = `This folder is one building's Vestibule head-end. Only its owner may read it.

  root.jwk       the private key that every device of the building trusts. Keep a copy offline, and one of site.key:
                 without them every device must be enrolled anew, and every code published anew.
  site.key       the key under which codes and cards are hashed. Keep it apart from copies of the database.
  *.jwk          keys for time, dataset, commands and acknowledgements; renewed by themselves.
  keyset.jws     those keys, signed by the root.
  ca.pem         the building's certificate authority: devices and the broker trust it. Keep a copy offline.
  ca.crl         the certificates that it has taken back.
  headend.db     what was published, the devices, and every event they reported.

To make a backup of the database while the head-end runs: sqlite3 headend.db ".backup copy.db"
`;

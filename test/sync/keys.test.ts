import { expect, it } from 'vitest';
import { rootOnly, withKeyset } from '../../sync/protocol/keys.ts';
import { cloudKey } from '../support/cloud-keys.ts';

it('a key under the name of another does not take its place', () => {
  const [named, other] = [cloudKey(), cloudKey()];
  const entry = { kid: named.kid, roles: ['dataset' as const], nbf: 0, exp: 2_208_988_800 };
  const keyset = {
    aud: 'building:maple-court',
    n: 1,
    keys: [
      { ...entry, ...named.jwk },
      { ...entry, ...other.jwk },
    ],
  };
  const { keys } = withKeyset(rootOnly(cloudKey().jwk), keyset);
  expect([...keys.keys()]).toEqual([named.kid]);
  expect(keys.get(named.kid)?.key.export({ format: 'jwk' })).toEqual(named.jwk);
});

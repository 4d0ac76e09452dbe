import * as jose from 'jose';
import { describe, expect, it } from 'vitest';
import { isSignedBy, parseJws, signJws } from '../../sync/protocol/jws.ts';
import { thumbprint } from '../../sync/protocol/keys.ts';
import { cloudKey, deviceKeyPair } from '../support/cloud-keys.ts';

const payload = { aud: 'console-1', text: 'été — 🚪', n: 7 };

describe('our JWS and a stock JOSE library', () => {
  it('jose accepts what a device signs with ES256', async () => {
    const { privateKey, publicKey } = deviceKeyPair();
    const jws = signJws('vestibule-hello', payload, { key: privateKey, kid: 'console-1' });
    const verified = await jose.compactVerify(jws, publicKey, { algorithms: ['ES256'] });
    expect(verified.protectedHeader).toEqual({ alg: 'ES256', kid: 'console-1', typ: 'vestibule-hello' });
    expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual(payload);
  });

  it('jose accepts what the cloud signs with EdDSA', async () => {
    const key = cloudKey();
    const jws = signJws('vestibule-delta', payload, key);
    const publicKey = await jose.importJWK(key.jwk, 'EdDSA');
    const verified = await jose.compactVerify(jws, publicKey, { algorithms: ['EdDSA'] });
    expect(verified.protectedHeader).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'vestibule-delta' });
  });

  it.each([
    ['EdDSA', () => cloudKey().key],
    ['ES256', () => deviceKeyPair().privateKey],
  ] as const)('we accept what jose signs with %s', async (alg, makeKey) => {
    const key = makeKey();
    const jws = await new jose.CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg, kid: 'k', typ: 'vestibule-ack' })
      .sign(key);
    const parsed = parseJws(Buffer.from(jws));
    expect(parsed).toMatchObject({ alg, kid: 'k', typ: 'vestibule-ack' });
    expect(parsed !== undefined && isSignedBy(parsed, key)).toBe(true);
    expect(parsed !== undefined && isSignedBy(parsed, makeKey())).toBe(false);
  });

  it('both name a key by the same RFC 7638 thumbprint', async () => {
    const { jwk } = cloudKey();
    expect(thumbprint(jwk)).toBe(await jose.calculateJwkThumbprint(jwk, 'sha256'));
  });
});

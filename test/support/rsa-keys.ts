/** RSA keys of exactly as many bits as a test wants: Node's own differ by one where the number is odd. */

import { createPrivateKey, createPublicKey, generatePrimeSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface RsaKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  modulus: bigint;
}

const publicExponent = 65537n;

export function rsaKeyOf(bits: number): RsaKey {
  for (;;) {
    const p = generatePrimeSync(Math.ceil(bits / 2), { bigint: true });
    const q = generatePrimeSync(bits - Math.ceil(bits / 2), { bigint: true });
    const order = (p - 1n) * (q - 1n);
    if ((p * q).toString(2).length === bits && order % publicExponent !== 0n && p !== q) return rsaKeyFrom(p, q);
  }
}

/**
 * Keys that are always the same, since to look for primes takes long: many of 2048 bits, three of 3072, one each of 4096
 * and of 6144.
 */
export function readyRsaKeys(bits: number): RsaKey[] {
  const primes = JSON.parse(readFileSync(new URL('./primes.json', import.meta.url), 'utf8')) as Record<
    string,
    [p: string, q: string][]
  >;
  return (primes[bits] ?? []).map(([p, q]) => rsaKeyFrom(BigInt(`0x${p}`), BigInt(`0x${q}`)));
}

function rsaKeyFrom(p: bigint, q: bigint): RsaKey {
  const d = inverse(publicExponent, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: publicExponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const fields = Object.entries(numbers).map(([name, value]) => [name, bytesOf(value).toString('base64url')]);
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(fields) }, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey), modulus: p * q };
}

export function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

/** By Euclid's algorithm; the two have no factor in common. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return factor < 0n ? factor + modulus : factor;
}

/** The verdicts of OpenSSL's commands, a process for each. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { said } from '../support/outside-tools.js';
import { toVerdict, type Verdict } from './verdict.js';

/** Where the certificates of an authority are, and what it is judged by. */
export interface Question {
  /** DER. */
  issuer: Uint8Array;
  /** DER of a certificate of its own that is valid, of which lists may or may not speak. */
  certificate: Uint8Array;
  /** Octets of the serial number that was asked about by OCSP. */
  serialNumber?: Uint8Array;
  /** Milliseconds since the epoch, where it is not now: commands that cannot be told so are asked without times. */
  at?: number;
}

const pem = (der: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
/** Seconds: for answers of another time, whose dates are compared as they are. */
const anyAge = '1000000000';

export class OpenSsl {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'oracle-'));

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  certificate(der: Uint8Array, question: Question): Verdict {
    const issuer = this.write('issuer.pem', pem(question.issuer));
    return this.verify(der, issuer, timeOf(question)) ?? { accepted: {} };
  }

  answer(der: Uint8Array, { issuer, serialNumber, at }: Question): Verdict {
    const ca = this.write('issuer.pem', pem(issuer));
    const serial = `0x${Buffer.from(serialNumber ?? []).toString('hex')}`;
    const files = ['-no_nonce', '-respin', this.write('answer.der', der)];
    const trust = ['-issuer', ca, '-serial', serial, '-CAfile', ca, '-partial_chain', '-no-CApath', '-no-CAstore'];
    const times = at === undefined ? [] : ['-attime', String(Math.floor(at / 1000)), '-validity_period', anyAge];
    const output = said('openssl', ['ocsp', ...files, ...trust, ...times]);
    const status = /^0x[0-9a-f]+: (\w+)$/im.exec(output)?.[1];
    if (!output.includes('Response verify OK') || output.includes('Status times invalid') || !status) {
      return { refused: output };
    }
    const next = /Next Update: (.*)/.exec(output)?.[1];
    return toVerdict({ status, nextUpdate: next === undefined ? undefined : Date.parse(next) });
  }

  /** A list is accepted where it says of the certificate that it is revoked or that it is not. */
  list(der: Uint8Array, question: Question): Verdict {
    const issuer = this.write('issuer.pem', pem(question.issuer));
    const list = this.write('list.der', der);
    const refusal = this.verify(question.certificate, issuer, [...timeOf(question), '-crl_check', '-CRLfile', list]);
    if (refusal && !refusal.refused.includes('certificate revoked')) return refusal;
    const output = said('openssl', [
      'crl',
      '-inform',
      'DER',
      '-in',
      list,
      '-CAfile',
      issuer,
      '-verify',
      '-noout',
      '-text',
    ]);
    if (!output.includes('verify OK')) return { refused: output };
    const next = /Next Update: (.*)/.exec(output)?.[1];
    const serials = [...output.matchAll(/Serial Number: (-?)([0-9A-F]+)/g)].map(([, sign, digits]) => {
      return octetsOf(BigInt(`0x${digits}`) * (sign === '-' ? -1n : 1n));
    });
    const nextUpdate = next === undefined || next === 'NONE' ? undefined : Date.parse(next);
    return { accepted: { nextUpdate, serials: [...new Set(serials)].sort() } };
  }

  private verify(der: Uint8Array, issuer: string, options: readonly string[]): { refused: string } | undefined {
    const certificate = this.write('certificate.pem', pem(der));
    const trust = ['-partial_chain', '-CAfile', issuer, '-no-CApath', '-no-CAstore'];
    const output = said('openssl', ['verify', ...trust, ...options, certificate]);
    return output.includes(': OK') ? undefined : { refused: output };
  }

  private write(name: string, content: string | Uint8Array): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }
}

/** Two's complement in as few octets as it needs, hexadecimal. */
function octetsOf(value: bigint): string {
  let octets = 1;
  while (BigInt.asIntN(octets * 8, value) !== value) octets++;
  return BigInt.asUintN(octets * 8, value)
    .toString(16)
    .padStart(octets * 2, '0');
}

function timeOf({ at }: Question): string[] {
  return at === undefined ? [] : ['-attime', String(Math.floor(at / 1000))];
}

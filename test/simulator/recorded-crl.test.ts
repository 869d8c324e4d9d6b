/** Lists of revoked certificates in the shape of the demo environment's. */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { CertificateRevocationList } from 'pkijs';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { listRows, type Row } from '../support/asn1-rows.js';
import { compareRows } from '../support/compare-rows.js';
import { needTools, said } from '../support/outside-tools.js';
import { needSharedFiles, sharedFiles } from '../support/shared-files.js';
import { otherAuthority } from './recorded-differences.js';

/** Revoked from the beginning, with a reason; and by a test, without one. */
const [withReason, withoutReason] = ['PNOEE-00000000008-SIMU-Q', 'PNOEE-40404040009-MOCK-Q'];
const underRsa = 'PNOLV-040404-10003-DEMO-Q';
const day = 86_400_000;

describe('The list of revoked certificates', () => {
  let simulator: Simulator;
  let time = Date.UTC(2026, 2, 24, 9, 32, 30, 789);
  before(async () => {
    simulator = await startSimulator({ port: 0, clock: () => time });
    for (const account of [withReason, withoutReason, underRsa]) {
      simulator.useCertificate(account, simulator.pki.issueUserCertificate({ account }));
    }
    time += day;
    simulator.revocation.setStatus(withoutReason, 'revoked');
    simulator.revocation.setStatus(underRsa, 'revoked');
    time += day;
  });
  after(() => simulator.close());

  async function list(authority: keyof Simulator['pki']['authorities'] = 'qualified'): Promise<Buffer> {
    const response = await fetch(simulator.pki.authorities[authority].crlUrl);
    return Buffer.from(await response.arrayBuffer());
  }
  const parsed = async (authority?: keyof Simulator['pki']['authorities']) =>
    CertificateRevocationList.fromBER(new Uint8Array(await list(authority)));

  const entry = /^tbsCertList\/revokedCertificates\/(\d+)/;
  const isOfEntry = ({ path }: Row) => entry.test(path);

  /** Of each kind of entry one: its elements and their tags. */
  function kindsOfEntries(rows: readonly Row[]): string[] {
    const shapes = new Map<string, string>();
    for (const { path, tag } of rows.filter(isOfEntry)) {
      const [start, index = ''] = entry.exec(path) ?? [''];
      shapes.set(index, `${shapes.get(index) ?? ''} ${path.slice(start.length)} ${tag};`);
    }
    return [...new Set(shapes.values())].sort();
  }

  it('a list of revoked certificates has the shape of the recorded one, and differs only in what it must', async function () {
    needSharedFiles(this, 'recordedList');
    const [recorded, simulated] = [listRows(readFileSync(sharedFiles.recordedList)), listRows(await list())];
    expect(kindsOfEntries(simulated)).to.deep.equal(kindsOfEntries(recorded)).and.have.length(2);
    const isOfList = (row: Row) => !isOfEntry(row);
    compareRows(recorded.filter(isOfList), simulated.filter(isOfList), [
      ...otherAuthority,
      { of: /Update$/, because: 'it is of another time' },
      { of: /crlExtensions\/0\/0\/authorityKeyIdentifier\/0$/, because: "it is another authority's key" },
      { of: /crlExtensions\/0\/1\/crlNumber$/, because: 'each list has a number of its own' },
      { of: /signatureValue$/, because: "it is another authority's key" },
    ]);
  });

  it('a list of revoked certificates is of whole seconds, and good for a week less a second, as the recorded one', async function () {
    needSharedFiles(this, 'recordedList');
    for (const der of [readFileSync(sharedFiles.recordedList), await list()]) {
      const [thisUpdate = '', nextUpdate = ''] = listRows(der)
        .filter(({ path }) => path.endsWith('Update'))
        .map(({ value }) => value);
      expect(dateOf(nextUpdate) - dateOf(thisUpdate)).to.equal(7 * day - 1000);
    }
  });

  /** Of a UTCTime without fractions, which is none of these otherwise. */
  function dateOf(text: string): number {
    return Date.parse(text.replace(/^(..)(..)(..)(..)(..)(..)Z$/, '20$1-$2-$3T$4:$5:$6Z'));
  }

  it('a list of revoked certificates says since when each certificate is revoked', async () => {
    const { revokedCertificates = [] } = await parsed();
    expect(revokedCertificates.map(({ revocationDate }) => revocationDate.value.toISOString())).to.deep.equal([
      '2026-03-24T09:32:30.000Z',
      '2026-03-25T09:32:30.000Z',
    ]);
  });

  it('a list of revoked certificates has a greater number each time', async () => {
    const numberOf = ({ crlExtensions }: CertificateRevocationList) =>
      crlExtensions?.extensions.find(({ extnID }) => extnID === '2.5.29.20')?.parsedValue.valueBlock.valueDec;
    const [one, next] = [numberOf(await parsed()), numberOf(await parsed())];
    expect(next).to.equal(one + 1);
  });

  it('a list of revoked certificates names the certificates of its authority alone', async () => {
    const counts: number[] = [];
    for (const authority of ['qualified', 'qualifiedRsa', 'nonQualified'] as const) {
      counts.push((await parsed(authority)).revokedCertificates?.length ?? 0);
    }
    expect(counts).to.deep.equal([2, 1, 0]);
  });

  it('a list of revoked certificates is taken by openssl, that of each authority and of the root', async function () {
    needTools(this, 'openssl');
    const folder = await mkdtemp(path.join(tmpdir(), 'lists-'));
    try {
      await writeFile(path.join(folder, 'ca.pem'), simulator.rootCertificate + simulator.trustAnchors);
      const { root, authorities } = simulator.pki;
      for (const { id, crlUrl } of [root, ...Object.values(authorities)]) {
        const response = await fetch(crlUrl);
        await writeFile(path.join(folder, `${id}.crl`), Buffer.from(await response.arrayBuffer()));
        const args = ['crl', '-inform', 'der', '-in', `${id}.crl`, '-noout', '-CAfile', 'ca.pem'];
        expect(said('openssl', args, folder), id).to.contain('verify OK');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

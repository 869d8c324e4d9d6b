/**
 * Genuine certificates, OCSP answers and lists of an authority whose key is quick, and how one is signed by it again after a change:
 * only what is signed reaches what is behind the signature.
 */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IssuedCertificate, Simulator } from '../../lib/simulator/index.js';
import { answerOcsp, type CertificateStatus } from '../../lib/simulator/revocation/ocsp.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { elementsIn, onlyElement, tags } from '../../lib/trust/der.js';
import { encodeDer } from '../../lib/trust/encode-der.js';
import { extensionsIn } from '../../lib/trust/extensions.js';
import { createOcspRequest, hashBySha1, type OcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { bytesOf, type Node, nodeOf, treeOf } from './der-tree.js';
import { readCertificate } from './library-certificate.js';
import type { Surroundings } from './surroundings.js';

type Der = Buffer<ArrayBuffer>;

/** AlgorithmIdentifier of ECDSA with SHA-384, which is what everything here is signed with. */
const ecdsaWithSha384 = Buffer.from('300a06082a8648ce3d040303', 'hex');
const basicResponse = Buffer.from('06092b0601050507300101', 'hex');
const success = Buffer.from('0a0100', 'hex');
const nonceType = '1.3.6.1.5.5.7.48.1.2';
const maxElements = 50;
const [zero, one, two] = [0xa0, 0xa1, 0xa2];
const hour = 3_600_000;

/** What is signed and what goes along with it, unsigned. */
export interface OcspDocument {
  /** What was asked, so that this is the answer. */
  request: OcspRequest;
  /** ResponseData. */
  toBeSigned: Der;
  /** The responder's certificate, where the authority does not sign itself. */
  responder?: Der;
  privateKey: KeyObject;
}

export interface Documents extends Surroundings {
  authority: IssuedCertificate;
  certificates: Der[];
  answers: OcspDocument[];
  lists: Der[];
}

export async function makeDocuments({ pki }: Simulator): Promise<Documents> {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const quick = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const authority = pki.issueAuthority({ subject: pki.authorities.qualified.subject, privateKey: quick() });
  const issuer = parseCertificate(authority.certificate);
  const issue = (overrides: Parameters<typeof pki.issueUserCertificate>[0]) =>
    pki.issueUserCertificate({ issuer: authority, ...overrides });
  const responder = issue({
    subject: [['commonName', 'Responder']],
    documentNumber: null,
    dateOfBirth: null,
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'],
    privateKey: quick(),
  });
  const certificates = [
    issue({}),
    issue({ account: 'PNOLV-040404-10003-DEMO-Q' }),
    issue({ purpose: 'signature', notAfter: new Date('2055-01-01') }),
    responder,
  ].map(({ certificate }) => certificate as Der);
  const answers: OcspDocument[] = [];
  for (const status of ['good', 'revoked', 'unknown'] as const) {
    for (const signer of [
      { ...authority, isAuthority: true },
      { ...responder, isAuthority: false },
    ]) {
      const request = createOcspRequest(parseCertificate(certificates[0] as Der), issuer);
      const answer = await signedByOther(pki, request, signer, { status, now });
      const toBeSigned = signer.isAuthority ? answer : withKeyHash(answer, signer.certificate);
      const rest = signer.isAuthority ? {} : { responder: responder.certificate as Der };
      answers.push({ request, toBeSigned, privateKey: signer.privateKey, ...rest });
    }
  }
  const lists = [[], ['01', '4155', '00ff02', '40aa0102030405060708']].map((serials) => {
    return signed(listOf(issuer, serials, now), authority.privateKey);
  });
  return {
    authority,
    issuer,
    libraryIssuer: readCertificate(authority.certificate),
    certificate: certificates[0] as Der,
    now,
    certificates,
    answers,
    lists,
  };
}

/** The simulator signs answers with keys of authorities of its own kinds only, so that one of those signs first. */
async function signedByOther(
  { authorities }: Simulator['pki'],
  request: OcspRequest,
  signer: { certificate: Uint8Array; isAuthority: boolean },
  { status, now }: { status: CertificateStatus; now: number },
): Promise<Der> {
  const der = await answerOcsp(request.der, {
    status,
    signer: { ...signer, privateKey: authorities.qualified.privateKey },
    thisUpdate: new Date(now - 1000),
    nextUpdate: new Date(now + hour),
    nonce: 'returned',
    isForOther: false,
    signatureHash: 'sha384',
    otherCertificates: [],
    hasUnknownExtension: false,
  });
  const responseBytes = treeOf(der).content[1] as Node;
  const [, octets] = (responseBytes.content[0] as Node).content as Node[];
  const basic = octets?.content[0] as Node;
  return bytesOf(basic.content[0] as Node);
}

/** The responder named by the hash of its key, as some do. */
function withKeyHash(toBeSigned: Der, certificate: Uint8Array): Der {
  const data = treeOf(toBeSigned);
  const { reader } = parseCertificate(certificate).fields.subjectPublicKeyInfo;
  reader.next(tags.sequence);
  const hash = hashBySha1(reader.next(tags.bitString).content.subarray(1));
  (data.content as Node[])[0] = nodeOf(two, encodeDer(tags.octetString, hash));
  return bytesOf(data);
}

/** TBSCertList with a number, and with a reason and a date in each of its entries. */
function listOf(issuer: Certificate, serials: readonly string[], now: number): Der {
  const time = (at: number) =>
    encodeDer(tags.utcTime, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`));
  const extension = (type: string, value: string) =>
    encodeDer(
      tags.sequence,
      encodeDer(tags.objectIdentifier, Buffer.from(type, 'hex')),
      encodeDer(tags.octetString, Buffer.from(value, 'hex')),
    );
  const entries = serials.map((serial) =>
    encodeDer(
      tags.sequence,
      encodeDer(tags.integer, Buffer.from(serial, 'hex')),
      time(now - hour),
      encodeDer(tags.sequence, extension('551d15', '0a0101')),
    ),
  );
  return encodeDer(
    tags.sequence,
    Buffer.from('020101', 'hex'),
    ecdsaWithSha384,
    issuer.fields.subject.bytes,
    time(now - 1000),
    time(now + hour),
    ...(entries.length > 0 ? [encodeDer(tags.sequence, ...entries)] : []),
    encodeDer(zero, encodeDer(tags.sequence, extension('551d14', '020105'))),
  );
}

/** What is signed, the algorithm, and the signature; and what else stands beside them. */
export function signed(toBeSigned: Uint8Array, privateKey: KeyObject, ...others: readonly Uint8Array[]): Der {
  const signature = encodeDer(tags.bitString, Uint8Array.of(0), sign('sha384', toBeSigned, privateKey));
  return encodeDer(tags.sequence, toBeSigned, ecdsaWithSha384, signature, ...others);
}

/** What is signed of a certificate or list. */
export function toBeSignedOf(der: Uint8Array): Der {
  return Buffer.from(onlyElement(Uint8Array.from(der), tags.sequence).reader.next(tags.sequence).bytes);
}

export function answerOf({ toBeSigned, responder, privateKey }: OcspDocument): Der {
  const certificates = responder ? [encodeDer(zero, encodeDer(tags.sequence, responder))] : [];
  const basic = encodeDer(tags.octetString, signed(toBeSigned, privateKey, ...certificates));
  return encodeDer(tags.sequence, success, encodeDer(zero, encodeDer(tags.sequence, basicResponse, basic)));
}

/** Parts of an answer by which a difference is named, each cut out of it when it is asked for. */
export function partsOfAnswer(der: Uint8Array) {
  const outer = onlyElement(Uint8Array.from(der), tags.sequence);
  const basic = () => {
    const { reader } = outer;
    reader.next(tags.enumerated);
    const typed = onlyElement(reader.next(zero).content, tags.sequence).reader;
    typed.next(tags.objectIdentifier);
    return onlyElement(typed.next(tags.octetString).content, tags.sequence).reader;
  };
  const data = () => {
    const { reader: inner } = basic().next(tags.sequence);
    inner.nextIf(zero);
    return inner;
  };
  return {
    signed: () => basic().next(tags.sequence),
    status: () => outer.reader.next(tags.enumerated).content,
    responderId: () => data().nextOfAnyTag(),
    answers: () => {
      const inner = data();
      for (const _ of ['responderID', 'producedAt']) inner.nextOfAnyTag();
      return elementsIn(inner.nextOfAnyTag(), maxElements).length;
    },
    nonce: () => {
      const inner = data();
      for (const _ of ['responderID', 'producedAt', 'responses']) inner.nextOfAnyTag();
      const extensions = extensionsIn(onlyElement(inner.next(one).content, tags.sequence));
      return extensions.find(({ type }) => type === nonceType)?.value;
    },
    certificates: () => {
      const parts = basic();
      for (const _ of ['tbsResponseData', 'signatureAlgorithm', 'signature']) parts.nextOfAnyTag();
      const list = parts.nextIf(zero);
      return list ? elementsIn(onlyElement(list.content, tags.sequence), maxElements).map(({ bytes }) => bytes) : [];
    },
  };
}

/** Confirmed logins of many persons, to be verified, each with the OCSP answer about its certificate. */

import { constants, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { BasicOCSPResponse, OCSPResponse } from 'pkijs';
import type { Simulator } from '../../lib/simulator/index.js';
import { genuineAuthentication } from '../support/authentication.js';
import { answerWith } from '../support/revocation-fetch.js';
import type { Package } from './builds.js';
import { generateKeys, issuePerson } from './persons.js';

type Input = Parameters<Package['verifyAuthentication']>[0];

export interface Login extends Pick<Input, 'status' | 'session'> {
  /** DER. */
  certificate: Buffer;
  serialNumber: string;
  /** What the person's key has signed, and the signature. */
  signed: { message: Buffer; value: Buffer };
  /** What `recordOcsp` has made of it. */
  ocsp?: RecordedOcsp;
}

export interface RecordedOcsp {
  answer: Buffer;
  /** Its tbsResponseData, the signature over it, and the responder's certificate (DER). */
  toBeSigned: Buffer;
  signature: Buffer;
  responder: Buffer;
}

const keys = 3;

/** @param ocspUrl where to ask about the certificates. */
export async function makeLogins(
  simulator: Simulator,
  count: number,
  { acspV2Message }: Package,
  ocspUrl: string,
): Promise<Login[]> {
  const privateKeys = await generateKeys(keys);
  const { status, session } = await genuineAuthentication(simulator);
  const { signature, interactionTypeUsed = '' } = status;
  return Array.from({ length: count }, (_, index) => {
    const privateKey = privateKeys[index % keys] as KeyObject;
    const { documentNumber, certificate } = issuePerson(simulator.pki, index, privateKey, ocspUrl);
    const random = {
      serverRandom: randomBytes(24).toString('base64'),
      userChallenge: randomBytes(32).toString('base64url'),
    };
    const message = Buffer.from(acspV2Message({ ...session, ...random, interactionTypeUsed, flowType: 'QR' }));
    const value = sign('sha512', message, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 64,
    });
    return {
      session,
      status: {
        ...status,
        result: { ...status.result, documentNumber },
        signature: { ...signature, ...random, value: value.toString('base64') },
        cert: { value: certificate.toString('base64'), certificateLevel: 'QUALIFIED' },
      } as Input['status'],
      certificate,
      serialNumber: new X509Certificate(certificate).serialNumber,
      signed: { message, value },
    };
  });
}

/** Verifies each login once, and keeps the answer of the simulator's responder. */
export async function recordOcsp(
  logins: readonly Login[],
  { trustAnchors, pki }: Simulator,
  { verifyAuthentication, createRevocationChecker, loadTrustAnchors }: Package,
  now: number,
): Promise<void> {
  const url = pki.authorities.qualified.ocspUrl;
  for (const login of logins) {
    const revocation = createRevocationChecker('ocsp', async (_url, { method, headers, body }) => {
      const response = await fetch(url, { method, headers, body: body && new Uint8Array(Buffer.from(body)) });
      const answer = Buffer.from(await response.arrayBuffer());
      login.ocsp = partsOf(answer);
      return answerWith(answer);
    });
    await verifyAuthentication({ ...login, trustAnchors: loadTrustAnchors(trustAnchors, now), revocation, now });
  }
}

/** @throws Error before `recordOcsp`. */
export function ocspOf({ ocsp }: Login): RecordedOcsp {
  if (!ocsp) throw new Error('There is no OCSP answer about this login.');
  return ocsp;
}

function partsOf(answer: Buffer): RecordedOcsp {
  const { responseBytes } = OCSPResponse.fromBER(new Uint8Array(answer));
  if (!responseBytes) throw new Error('The responder gives no answer.');
  const basic = BasicOCSPResponse.fromBER(new Uint8Array(responseBytes.response.valueBlock.valueHexView));
  const [responder] = basic.certs ?? [];
  if (!responder) throw new Error("The responder's certificate does not come along.");
  return {
    answer,
    toBeSigned: Buffer.from(basic.tbsResponseData.tbsView),
    signature: Buffer.from(basic.signature.valueBlock.valueHexView),
    responder: Buffer.from(responder.toSchema().toBER()),
  };
}

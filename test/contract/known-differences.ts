/**
 * Where the client or the simulator differs from the OpenAPI files and is right, with the reason. One that nothing needs
 * any more fails the tests, as does a difference that is not here.
 */

import type { Difference } from './open-api.js';
import type { Disagreement } from './strictness.js';

interface Reasoned {
  /** In one sentence. */
  reason: string;
  /** Where it is written. */
  source: string;
}

/** Of an exchange as it should be. */
export interface KnownDifference extends Reasoned {
  /** Whose; all operations where it does not say. */
  operations?: readonly string[];
  places: readonly string[];
  rule: string;
}

const byDeviceLink = ['authDeviceLinkAnonymous', 'authDeviceLinkSemanticId', 'authDeviceLinkDocumentNumber'];

export const knownDifferences: readonly KnownDifference[] = [
  {
    operations: byDeviceLink,
    places: ['request/initialCallbackUrl'],
    rule: 'required',
    reason: 'A site that shows QR codes alone has nowhere to come back to; the file itself needs none for signatures.',
    source: 'RP API 3.2.3, "Request parameters": mandatory if Web2App and App2App are used',
  },
  {
    places: ['request/initialCallbackUrl'],
    rule: 'pattern',
    reason:
      'A site in development on the same machine seldom has a certificate; the live service never gets such a URL.',
    source: 'option callbackURL of the strategy; simulator, requests/fields.ts',
  },
  {
    places: ['request/requestProperties/somethingNew'],
    rule: 'additionalProperties',
    reason: 'A property that is not supported is passed over and told in ignoredProperties.',
    source: 'RP-API_V3.yml, description of RequestProperties',
  },
  {
    operations: ['sessionStatus'],
    places: ['200/result/endResult'],
    rule: 'enum',
    reason: 'ACCOUNT_UNUSABLE is described beside the other results and missing from the list of values.',
    source: 'RP-API_V3.yml, description of endResult',
  },
  {
    operations: ['sessionStatus'],
    places: ['200/interactionTypeUsed of a choice'],
    rule: 'described',
    reason: 'A finished choice of a certificate tells no interaction: the person was asked nothing by the site.',
    source: 'answers of the demo environment, 2026',
  },
  {
    operations: ['sessionStatus'],
    places: ['200/signature/serverRandom'],
    rule: 'described',
    reason: 'The service sends 18 bytes, and so does the example of the file, whose schema allows them.',
    source: 'RP-API_V3.yml, AcspV2ResponseExample; answers of the demo environment, 2026',
  },
  {
    places: ['415'],
    rule: 'listed',
    reason: 'A body of another type than JSON is refused as HTTP says, which the file need not repeat.',
    source: 'RFC 9110, section 15.5.16',
  },
  {
    places: ['429', '500', '503'],
    rule: 'listed',
    reason: 'What stands before the service, or breaks in it, answers for itself; the client must cope.',
    source: 'RP API 3.2.3, "HTTP status codes": other 5xx',
  },
  {
    places: ['471', '472'],
    rule: 'listed',
    reason: 'They were used before version 3.2.0; the client still reads them, and the simulator gives them by fault.',
    source: 'RP API 3.2.0, changes',
  },
  {
    operations: ['sendDeviceLink'],
    places: ['200 body', '400 body'],
    rule: 'listed',
    reason: 'The simulator tells a test where the app went and why it refused; the demo environment says nothing.',
    source: 'simulator, MockPhoneAnswer',
  },
];

/** Of bodies that are wrong in one field, or that the file takes for wrong. */
export interface KnownDisagreement extends Reasoned, Pick<Disagreement, 'side' | 'verdict'> {
  operations?: readonly string[];
  /** The field itself, or one around it. */
  fields: readonly string[];
}

export const knownDisagreements: readonly KnownDisagreement[] = [
  ...(['the simulator', 'what the client sends'] as const).map(
    (side): KnownDisagreement => ({
      side,
      verdict: 'laxer',
      operations: byDeviceLink,
      fields: ['/initialCallbackUrl'],
      reason: 'A site that shows QR codes alone has nowhere to come back to.',
      source: 'RP API 3.2.3, "Request parameters": mandatory if Web2App and App2App are used',
    }),
  ),
  {
    side: 'the simulator',
    verdict: 'stricter',
    fields: ['/interactions'],
    reason: 'What the Base64 holds is described beside the field, and no schema can say it.',
    source: 'RP-API_V3.yml, descriptions of InteractionsDeviceLinkBased and InteractionsNotificationBased',
  },
  {
    side: 'the simulator',
    verdict: 'stricter',
    fields: ['/signatureProtocolParameters/digest'],
    reason: 'A digest is as long as its hash algorithm makes it.',
    source: 'RP-API_V3.yml, description of digest',
  },
  {
    side: 'the simulator',
    verdict: 'stricter',
    fields: ['/signatureProtocolParameters/signatureAlgorithmParameters'],
    reason: 'With rsassa-pss the hash must be named.',
    source: 'RP-API_V3.yml, description of SignatureAlgorithmParametersInRequest',
  },
  {
    side: 'the simulator',
    verdict: 'stricter',
    fields: ['/relyingPartyName'],
    reason: 'No relying party has an empty name.',
    source: 'RP-API_V3.yml, description of RelyingPartyName',
  },
  {
    side: 'what the client reads',
    verdict: 'laxer',
    operations: ['sessionStatus'],
    fields: ['/result', '/signatureProtocol', '/signature', '/cert', '/interactionTypeUsed'],
    reason: 'Values may be new ones, and whether they are right is for the verification to say.',
    source: 'RP API 3.2.3, "Session status"; verifyAuthentication',
  },
  {
    side: 'what the client reads',
    verdict: 'laxer',
    operations: ['sessionStatus'],
    fields: ['/deviceIpAddress', '/ignoredProperties'],
    reason: 'A field that is null is one that is left out.',
    source: 'client, parseAnswerJson',
  },
  {
    side: 'what the client reads',
    verdict: 'laxer',
    operations: ['signCertificateDocumentNumber'],
    fields: ['/cert/value'],
    reason: 'Whether it is a certificate is for the verification to say.',
    source: 'client, verifySigningCertificate',
  },
  {
    side: 'what the client reads',
    verdict: 'stricter',
    operations: ['signCertificateDocumentNumber'],
    fields: ['/cert'],
    reason: 'It is there where the state is OK.',
    source: 'RP-API_V3.yml, description of cert',
  },
  {
    side: 'what the client reads',
    verdict: 'stricter',
    fields: ['/deviceLinkBase'],
    reason: 'Parameters follow it, so that it ends in neither a query nor a fragment.',
    source: 'RP API 3.2.3, "Device link"',
  },
  {
    side: 'what the client reads',
    verdict: 'stricter',
    operations: ['sessionStatus'],
    fields: ['/result'],
    reason: 'It may be missing while the session runs, and these are complete.',
    source: 'RP-API_V3.yml, description of result',
  },
  {
    side: 'what the client reads',
    verdict: 'stricter',
    operations: ['sessionStatus'],
    fields: ['/signature/signatureAlgorithmParameters'],
    reason: 'They are needed to verify the signature, so that an answer without one of them is none.',
    source: 'RP-API_V3.yml, description of SignatureAlgorithmParametersInResponse',
  },
];

export function isKnownDisagreement(
  known: KnownDisagreement,
  { side, verdict, operation, field }: Disagreement,
): boolean {
  const isField = known.fields.some((place) => field === place || field.startsWith(`${place}/`));
  const isOperation = known.operations === undefined || known.operations.includes(operation);
  return isField && isOperation && known.side === side && known.verdict === verdict;
}

export function isKnownDifference(known: KnownDifference, { operation, place, rule }: Difference): boolean {
  return (
    known.places.includes(place) &&
    known.rule === rule &&
    (known.operations === undefined || known.operations.includes(operation))
  );
}

/**
 * Where the client or the simulator differs from the OpenAPI files and is right, with the reason. One that nothing needs
 * any more fails the tests, as does a difference that is not here.
 */

import type { Difference } from './open-api.js';

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
    operations: ['signCertificateDocumentNumber'],
    places: ['request/capabilities'],
    rule: 'additionalProperties',
    reason: 'The documentation counts capabilities among the parameters of this request, and the file does not.',
    source: 'RP API 3.2.3, "Request parameters"',
  },
  {
    operations: ['sessionStatus'],
    places: ['200/result/endResult'],
    rule: 'enum',
    reason: 'ACCOUNT_UNUSABLE is described beside the other results and missing from the list of values.',
    source: 'RP-API_V3.yml, description of endResult',
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
  {
    places: ['400 content type', '403 content type', '404 content type'],
    rule: 'listed',
    reason: 'Errors are problem details, which have a media type of their own.',
    source: 'RFC 9457, section 3',
  },
  {
    places: ['401 body', '404 body', '480 body', '580 body'],
    rule: 'listed',
    reason: 'Errors are problem details, whatever their status.',
    source: 'RP API 3.2.3, "Errors"',
  },
];

export function isKnown(known: KnownDifference, { operation, place, rule }: Difference): boolean {
  return (
    known.places.includes(place) &&
    known.rule === rule &&
    (known.operations === undefined || known.operations.includes(operation))
  );
}

import { expect } from 'chai';
import fc from 'fast-check';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { httpError } from '../../lib/rp-api/http-errors.js';
import { parseProblemDetails } from '../../lib/rp-api/problem-details.js';
import {
  deviceLinkSessionSchema,
  notificationSessionSchema,
  parseResponse,
  sessionStatusSchema,
} from '../../lib/rp-api/responses.js';
import { SmartIdError } from '../../lib/shared/errors.js';
import { mutatedJson } from '../attacks/mutations.js';
import { challengeRequest } from '../attacks/servers.js';
import { anyText, check, resultOf } from './input.js';

const json = fc.jsonValue().map((value) => JSON.stringify(value));
const schemas = [deviceLinkSessionSchema, notificationSessionSchema, sessionStatusSchema] as const;
const uuid = 'de305d54-75b4-431b-adb2-eb6b9e546014';
const secretBytes = 'B98ODiVCebRedSwdTk51zFSaGYyHtY1H2A0ocAi3/Ps=';
const deviceLinkBase = 'https://smart-id.com/device-link';
const created = {
  sessionID: uuid,
  sessionToken: 'wGIrqveE6AuGDATZKmR1mtAZ',
  sessionSecret: secretBytes,
  deviceLinkBase,
};
const other = { ...created, sessionToken: 'a&sessionToken=b', deviceLinkBase: 'javascript:alert(1)//' };

describe('An answer of the RP API, whatever it is', () => {
  it('has the shape it must have, or is refused without being repeated', () => {
    check(fc.oneof(json, anyText), (body) => {
      for (const schema of schemas) resultOf(() => parseResponse<unknown>(schema as never, body), body);
    });
  });

  it('to the creation of a session makes a link with each part in its place, or is refused', () => {
    check(mutatedJson(created, other), (body) => {
      const session = resultOf(() => parseResponse(deviceLinkSessionSchema, body), undefined);
      if (!session) return;
      const fixed = { schemeName: 'smart-id', relyingPartyName: 'DEMO', sessionType: 'auth', lang: 'eng' } as const;
      const link = resultOf(
        () => createDeviceLink({ ...challengeRequest, ...session, ...fixed, deviceLinkType: 'QR', elapsedSeconds: 1 }),
        session.sessionSecret,
      );
      if (link === undefined) return;
      const { protocol, searchParams } = new URL(link);
      expect(protocol).to.be.oneOf(['https:', 'http:']);
      expect(searchParams.get('sessionToken')).to.equal(session.sessionToken);
      expect([...searchParams.keys()]).to.have.length(7);
      expect(link).to.not.contain(session.sessionSecret);
    });
  });

  it('with an error status is an error of this package that does not repeat it', () => {
    check(fc.tuple(fc.integer({ min: 100, max: 999 }), fc.oneof(json, anyText)), ([status, body]) => {
      parseProblemDetails(body);
      for (const subject of ['account', 'session'] as const) {
        const error = httpError({ status, body }, subject);
        expect(error).to.be.instanceOf(SmartIdError);
        if (body.length >= 8) expect(error.message).to.not.contain(body);
      }
    });
  });
});

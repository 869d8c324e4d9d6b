import { expect } from 'chai';
import fc from 'fast-check';
import { attemptIdOfCallback } from '../../lib/attempt/attempt.js';
import { checkExpectedSigner } from '../../lib/attempt/expected-signer.js';
import { shortText } from '../../lib/attempt/parameters.js';
import { isPathOfSite } from '../../lib/attempt/start-options.js';
import { checkStartOptions, resolveOptions } from '../../lib/passport/options.js';
import { parseSemanticsIdentifier } from '../../lib/protocol/semantics-identifier.js';
import { failure, publicCode } from '../../lib/shared/outcome.js';
import { failureMessage } from '../../lib/web/failure-message.js';
import { personNamed } from '../../lib/web/person.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { anyText, anything, check, resultOf } from './input.js';

const uuid = '00000000-0000-4000-8000-000000000000';

describe('What a visitor or a site sends, whatever it is', () => {
  it('never leads to another site', () => {
    const path = fc.string({ unit: fc.constantFrom(...'/\\.:@?#% \t\nabh'), maxLength: 12 });
    check(
      fc.oneof(
        path.map((text) => `/${text}`),
        anything,
      ),
      (any) => {
        if (!isPathOfSite(any)) return;
        for (const base of ['https://rp.example.com/login/', 'https://rp.example.com']) {
          expect(new URL(any, base).origin).to.equal('https://rp.example.com');
        }
      },
      10_000,
    );
  });

  it('names a person in the way the protocol does, or is refused without being repeated', () => {
    const country = fc.oneof(fc.constantFrom('EE', 'LV', 'LT', 'BE'), anything);
    const code = fc.oneof(anything, fc.string({ unit: fc.constantFrom(...'0123456789- '), maxLength: 14 }));
    check(fc.tuple(country, code), ([where, which]) => {
      const identifier = resultOf(() => personNamed(where, which), which);
      if (identifier !== undefined) expect(parseSemanticsIdentifier(identifier).country).to.equal(where);
    });
    check(anything, (any) => {
      resultOf(() => checkExpectedSigner(any as never, 'identify'), any);
      resultOf(() => checkExpectedSigner({ semanticsIdentifier: any } as never, 'identify'), any);
      resultOf(() => checkExpectedSigner({ documentNumber: any } as never, 'identify'), any);
    });
  });

  it('is an option that is taken, or an error that names it', () => {
    const good = { environment: 'demo', relyingPartyUUID: uuid, relyingPartyName: 'DEMO', trustAnchors: 'none' };
    const names = [
      ...Object.keys(good),
      'flow',
      'identify',
      'interactions',
      'lang',
      'callbackURL',
      'store',
      'clock',
      'holdPush',
      'other',
    ];
    check(fc.tuple(fc.constantFrom(...names), anything), ([name, value]) => {
      // The anchors are never there, so nothing is taken in the end.
      expect(resultOf(() => resolveOptions({ ...good, [name]: value } as never), undefined)).to.equal(undefined);
      resultOf(
        () => checkStartOptions({ [name]: value } as never, { login: { start: { flow: 'device-link' } } } as never),
        undefined,
      );
    });
    check(anything, (any) => expect(resultOf(() => resolveOptions(any as never), undefined)).to.equal(undefined));
  });

  it('is an id of an attempt only when it looks like one', () => {
    check(anything, (any) => {
      const text = shortText(any);
      if (text === undefined) return;
      expect(text).to.equal(any).and.to.have.property('length').within(1, 200);
      expect(attemptIdOfCallback(text)).to.be.oneOf([undefined, text.slice(0, 22)]);
    });
  });

  it('has a message for any code, and never itself in it', () => {
    check(anyText, (any) => {
      for (const message of [failureMessage(any, wordsOf.en, 'login'), failure(any).message]) {
        expect(message).to.be.a('string').and.not.equal('');
        if (any.length >= 8) expect(message).to.not.contain(any);
      }
      expect(publicCode(any)).to.be.oneOf([any, 'not_completed']);
    });
  });
});

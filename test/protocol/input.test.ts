import { expect } from 'chai';
import { createCallbackUrl } from '../../lib/protocol/callback.js';
import { documentBelongsTo, parseDocumentNumber } from '../../lib/protocol/document-number.js';
import { decodeInteractions, encodeInteractions, type Interaction } from '../../lib/protocol/interactions.js';
import { parseSemanticsIdentifier } from '../../lib/protocol/semantics-identifier.js';
import { inputError } from '../support/errors.js';

describe('A semantics identifier', () => {
  for (const [text, identifierType, country, personalCode] of [
    ['PNOEE-30303039914', 'PNO', 'EE', '30303039914'],
    ['PASKZ-987654321012', 'PAS', 'KZ', '987654321012'],
    ['IDCCZ-1234567890', 'IDC', 'CZ', '1234567890'],
    ['PNOLV-010111-22341', 'PNO', 'LV', '010111-22341'],
    ['PNOBE-04040400287', 'PNO', 'BE', '04040400287'],
  ] as const) {
    it(`is split at its first hyphen only: ${text}`, () => {
      expect(parseSemanticsIdentifier(text)).to.deep.equal({ identifierType, country, personalCode });
    });
  }

  for (const text of [
    '',
    'PNOEE',
    'PNOEE-',
    'pnoee-1',
    'PNOee-1',
    'TAXEE-1',
    'PNOEE--1',
    'PNOEE-1/2',
    'PNOEE-1\n',
    ' PNOEE-1',
    null,
    ['PNOEE-1'],
  ]) {
    it(`is refused when it is ${JSON.stringify(text)}`, () => {
      expect(() => parseSemanticsIdentifier(text as string)).to.throw(...inputError('semanticsIdentifier'));
    });
  }
});

describe('A document number', () => {
  for (const text of [
    'PNOEE-30303039914-MOCK-Q',
    'PNOLV-040404-10003-DEMO-Q',
    'PNOLV-020211-12351-MOCK-NQ',
    'PASKZ-987654321012-A1B2-Q',
  ]) {
    it(`may be ${text}`, () => {
      expect(parseDocumentNumber(text)).to.equal(text);
    });
  }

  for (const text of [
    '',
    'PNOEE-30303039914',
    'PNOEE-1-',
    'pnoee-1-mock-q',
    'PNOEE-1-MOCK-Q/../..',
    'PNOEE-1-MOCK-Q?',
    7,
  ]) {
    it(`is refused when it is ${JSON.stringify(text)}`, () => {
      expect(() => parseDocumentNumber(text as string)).to.throw(...inputError('documentNumber'));
    });
  }

  it('belongs to the person whose whole identifier it has before its suffix', () => {
    expect(documentBelongsTo('PNOEE-30303039914-MOCK-Q', 'PNOEE-30303039914')).to.equal(true);
    expect(documentBelongsTo('PNOLV-040404-10003-DEMO-Q', 'PNOLV-040404-10003')).to.equal(true);
    expect(documentBelongsTo('PNOEE-30303039914-MOCK-NQ', 'PNOEE-30303039914')).to.equal(true);
    for (const [documentNumber, semanticsIdentifier] of [
      ['PNOEE-30303039914-MOCK-Q', 'PNOEE-3030303991'],
      ['PNOEE-30303039914-MOCK-Q', 'PNOEE-30303039914-MOCK'],
      ['PNOLV-040404-10003-DEMO-Q', 'PNOLV-040404'],
      ['PNOEE-30303039914', 'PNOEE-30303039914'],
      ['PNOEE-30303039914-MOCK-', 'PNOEE-30303039914'],
      [' PNOEE-30303039914-MOCK-Q', ' PNOEE-30303039914'],
    ] as const) {
      expect(documentBelongsTo(documentNumber, semanticsIdentifier), documentNumber).to.equal(false);
    }
  });
});

describe('Interactions', () => {
  const pin: Interaction = { type: 'displayTextAndPIN', displayText60: 'Logi sisse: õ€🙂' };
  const message: Interaction = { type: 'confirmationMessage', displayText200: 'x'.repeat(200) };
  const choice: Interaction = { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'x' };

  it('are Base64 of their JSON, in their order and with nothing else in it', () => {
    const encoded = encodeInteractions([message, { ...pin, colour: 'red' } as Interaction], 'device-link');
    expect(Buffer.from(encoded, 'base64').toString()).to.equal(JSON.stringify([message, pin]));
    expect(decodeInteractions(encoded, 'device-link')).to.deep.equal([message, pin]);
  });

  it('may have a verification code choice in a notification flow only', () => {
    encodeInteractions([choice, message, pin], 'notification');
    expect(() => encodeInteractions([pin, choice], 'device-link')).to.throw(...inputError('interactions[1].type'));
  });

  for (const [field, interactions] of [
    ['interactions', []],
    ['interactions', undefined],
    ['interactions[0]', [undefined]],
    ['interactions[0].type', [{ type: 'displayTextAndPin', displayText60: 'x' }]],
    ['interactions[0].type', [{ type: 'toString', displayText60: 'x' }]],
    ['interactions[0].displayText60', [{ ...pin, displayText60: '' }]],
    ['interactions[0].displayText60', [{ ...pin, displayText60: 'x'.repeat(61) }]],
    ['interactions[0].displayText200', [{ ...message, displayText200: 'x'.repeat(201) }]],
    ['interactions[0].displayText60', [{ ...message, displayText60: 'x' }]],
    ['interactions[1].type', [pin, pin]],
  ] as const) {
    it(`are refused by the name of ${field}: ${JSON.stringify(interactions)?.slice(0, 70)}`, () => {
      expect(() => encodeInteractions(interactions as never, 'device-link')).to.throw(...inputError(field));
    });
  }
});

describe('A callback URL', () => {
  it('gets its parameters behind those it has', () => {
    expect(createCallbackUrl('https://rp.example.com/c', { a: '1.x_-' })).to.equal('https://rp.example.com/c?a=1.x_-');
    expect(createCallbackUrl('https://rp.example.com/c?b=2', { a: '1' })).to.equal('https://rp.example.com/c?b=2&a=1');
  });

  it('may be as long as 1800 characters with its parameters', () => {
    const base = `https://rp.example.com/${'x'.repeat(1773)}`;
    expect(createCallbackUrl(base, { a: '1' })).to.have.length(1800);
    expect(() => createCallbackUrl(base, { a: '12' })).to.throw(...inputError('callbackURL'));
  });
});

/** What people type as their personal code, and what a slip of the finger makes of it. */

import { expect } from 'chai';
import fc from 'fast-check';
import { stdnum } from 'stdnum';
import { simulatedAccounts } from '../../lib/simulator/index.js';
import { type PersonalCodeCountry, personalCodeCountries, readPersonalCode } from '../../lib/web/personal-code.js';
import { anyText, anything, check } from '../properties/input.js';

const read = (country: unknown, text: unknown) => readPersonalCode(country as PersonalCodeCountry, text as string);
const stateOf = (country: unknown, text: unknown) => read(country, text).state;
const digitsOf = (code: string) => code.replace('-', '');

/** Codes of every kind, in the way semantics identifiers have them. */
const codes: Record<PersonalCodeCountry, string[]> = {
  // The third has a remainder of 10 with the first weights, the fourth with both.
  EE: ['37605030299', '40404040009', '40404040010', '40404040490', '61101019999'],
  // The first has a remainder of 10 with the first weights; the last is an exception without a date.
  LT: ['33309240064', '40404040009', '61101019988', '91234567895'],
  // Remainders 3, 0 and 10; then new codes, which have no check digit.
  LV: ['040404-10003', '020100-29990', '040404-10020', '320000-00008', '329999-99901', '399999-99999'],
  // Born before 2000, and from 2000 on; then months with 20 and 40 more, and an unknown month.
  BE: ['42012205181', '04040400287', '17073003384', '00010299944', '85273003371', '85473003317', '85000003306'],
};
const everyCode = personalCodeCountries.flatMap((country) => codes[country].map((code) => [country, code] as const));

describe('A typed personal code', () => {
  describe('in the ways that people write it', () => {
    it('is complete as a semantics identifier has it', () => {
      for (const [country, code] of everyCode) {
        expect(read(country, code), `${country} ${code}`).to.deep.equal({ state: 'complete', code });
      }
    });

    for (const [country, code, texts] of [
      ['EE', '40404040009', ['4040 4040 009', '404 040 40009', '4.040404.0009', '40404040009.', '4-040404-0009']],
      ['LT', '33309240064', ['3330924 0064', '3 330924 0064', '333 092 400 64', '3.330924.0064', '3330924-0064']],
      ['LV', '040404-10003', ['04040410003', '040404 10003', '040404 - 10003', '04.04.04-10003', '0404-0410003']],
      [
        'BE',
        '04040400287',
        ['04.04.04-002.87', '04.04.04-002-87', '040404 002 87', '04 04 04 002 87', '040404-002-87'],
      ],
    ] as const) {
      it(`is complete with what people put between digits in ${country}`, () => {
        for (const text of texts) expect(read(country, text), text).to.deep.equal({ state: 'complete', code });
      });
    }

    it('is complete with any kind of blank, hyphen and digit of the same meaning', () => {
      const text = '040404-10003';
      const blanks = [' ', '\u00a0', '\u202f', '\u2009', '\u2007', '\u3000', '\t', '\n', '\r\n'];
      const hyphens = ['-', '\u2010', '\u2011', '\u2012', '–', '—', '\u2015', '\u2212', '\ufe63', '\uff0d', '\u00ad'];
      const unseen = ['\u200b', '\u200e', '\u202c', '\u2060', '\ufeff'];
      for (const between of [...blanks, ...hyphens, ...unseen, '\uff0e', '\u2024']) {
        const written = text.replace('-', between);
        expect(read('LV', written), JSON.stringify(written)).to.deep.equal({ state: 'complete', code: text });
      }
      for (const around of [...blanks, ...unseen]) {
        const written = around + text + around;
        expect(read('LV', written), JSON.stringify(written)).to.deep.equal({ state: 'complete', code: text });
      }
      // Full width, mathematical and raised digits: NFKC makes all of them plain.
      for (const written of ['０４０４０４－１０００３', '𝟎𝟒𝟎𝟒𝟎𝟒-𝟏𝟎𝟎𝟎𝟑', '⁰⁴⁰⁴⁰⁴-¹⁰⁰⁰³']) {
        expect(read('LV', written), written).to.deep.equal({ state: 'complete', code: text });
      }
    });

    it('is complete with the prefix of a semantics identifier of the same country', () => {
      for (const [country, code] of everyCode) {
        for (const prefix of [`PNO${country}-`, `PNO${country}`, country, `${country} `, `${country}-`, 'PNO-']) {
          for (const text of [prefix + code, ` ${prefix.toLowerCase()}${code} `]) {
            const expected = prefix === 'PNO-' ? { state: 'wrong' } : { state: 'complete', code };
            expect(read(country, text), `${country} ${text}`).to.deep.equal(expected);
          }
        }
      }
    });

    it('is wrong with the prefix of another country or of another document', () => {
      for (const [country, code] of everyCode) {
        const others = personalCodeCountries.filter((other) => other !== country);
        const prefixes = [...others.flatMap((other) => [`PNO${other}-`, other]), `PAS${country}-`, `IDC${country}-`];
        for (const prefix of [...prefixes, 'PNO', 'E', `${country}${country}`]) {
          expect(stateOf(country, prefix + code), `${country} ${prefix}${code}`).to.equal('wrong');
        }
      }
      expect(stateOf('EE', '40404040009EE')).to.equal('wrong');
      expect(stateOf('EE', '4EE0404040009')).to.equal('wrong');
    });

    it('is read for every account of the demo environment, and for none of the codes that the simulator adds', () => {
      for (const { documentNumber } of simulatedAccounts) {
        const [, country, code, id] = /^PNO([A-Z]{2})-(.+)-([^-]+)-N?Q$/.exec(documentNumber) ?? [];
        expect(country).to.be.oneOf([...personalCodeCountries]);
        // Nobody can have these codes: they begin with 0, are for tests, and are never typed.
        const expected = id === 'SIMU' ? { state: 'wrong' } : { state: 'complete', code };
        expect(read(country, code), documentNumber).to.deep.equal(expected);
        expect(read(country, `PNO${country}-${code}`), documentNumber).to.deep.equal(expected);
      }
    });
  });

  describe('while it is typed', () => {
    it('is incomplete until the last digit, in any way of writing', () => {
      const written = [
        ...everyCode,
        ...everyCode.map(([country, code]) => [country, `PNO${country}-${code}`] as const),
        ...everyCode.map(([country, code]) => [country, ` ${country.toLowerCase()} ${code}`] as const),
        ['BE', '04.04.04-002.87'] as const,
        ['EE', '4040 4040 009'] as const,
      ];
      for (const [country, text] of written) {
        for (let length = 0; length < text.length; length++) {
          expect(stateOf(country, text.slice(0, length)), `${country} ${text.slice(0, length)}`).to.equal('incomplete');
        }
        expect(stateOf(country, text), `${country} ${text}`).to.equal('complete');
        expect(stateOf(country, `${text} `), `${country} ${text} and a blank`).to.equal('complete');
        expect(stateOf(country, `${text}0`), `${country} ${text}0`).to.equal('wrong');
      }
    });

    it('is incomplete when it is empty or has nothing but separators', () => {
      for (const country of personalCodeCountries) {
        for (const text of ['', ' ', '\u00a0', '-', '. - .', '\u200b', '\n', ' '.repeat(40)]) {
          expect(stateOf(country, text), JSON.stringify(text)).to.equal('incomplete');
        }
      }
    });

    it('is wrong at once when nothing can begin like that', () => {
      const beginnings: Record<PersonalCodeCountry, RegExp> = {
        EE: /^[1-8]/,
        LT: /^[1-9]/,
        LV: /^([0-3]$|0[1-9]|[123])/,
        BE: /^/,
      };
      for (const country of personalCodeCountries) {
        for (let number = 0; number < 110; number++) {
          const text = number < 10 ? String(number) : String(number - 10).padStart(2, '0');
          const expected = beginnings[country].test(text) ? 'incomplete' : 'wrong';
          expect(stateOf(country, text), `${country} ${text}`).to.equal(expected);
        }
      }
      for (const [country, text] of [
        ['EE', 'P4'],
        ['EE', 'PNOE4'],
        ['EE', 'LV'],
        ['EE', 'PNOL'],
        ['LV', 'LT'],
        ['LV', 'PNOLT'],
        ['LV', '040404/'],
        ['BE', 'x'],
      ]) {
        expect(stateOf(country, text), `${country} ${text}`).to.equal('wrong');
      }
    });
  });

  describe('with one wrong digit', () => {
    const firstWeights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1];
    const latvianWeights = [1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const sum = (digits: string, weights: number[]) =>
      weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
    const leaves10 = (digits: string) => sum(digits, firstWeights) % 11 === 10;
    const latvianRemainder = (digits: string) => (1101 - sum(digits, latvianWeights)) % 11;
    const isOf1900s = (digits: string) => 97 - (Number(digits.slice(0, 9)) % 97) === Number(digits.slice(9));

    /** Why a slip cannot be found: all that the check digits of a country let through, and nothing else. */
    const undetectable: Record<PersonalCodeCountry, (before: string, after: string) => boolean> = {
      // Other weights count for one of the two, so that they may lead to the same check digit by chance.
      EE: (before, after) => leaves10(before) !== leaves10(after),
      LT: (before, after) => leaves10(before) !== leaves10(after),
      // A new code has no check digit, and 0 stands for two remainders.
      LV: (before, after) =>
        /^3[2-9]/.test(after) || Math.abs(latvianRemainder(before) - latvianRemainder(after)) === 10,
      // The one is right for a birth before 2000, the other for one from 2000 on.
      BE: (before, after) => isOf1900s(before) !== isOf1900s(after),
    };

    const slipsOf = (digits: string) =>
      [...digits].flatMap((digit, index) =>
        [...'0123456789']
          .filter((other) => other !== digit)
          .map((other) => digits.slice(0, index) + other + digits.slice(index + 1)),
      );
    const isNewLatvian = (country: string, code: string) => country === 'LV' && /^3[2-9]/.test(code);

    it('is wrong for every digit of these', () => {
      for (const [country, code] of [
        ['EE', '40404040009'],
        ['EE', '61101019999'],
        ['LT', '61101019988'],
        ['LV', '010107-20007'],
        ['LV', '311299-19993'],
        ['BE', '42012205181'],
      ] as const) {
        const slips = slipsOf(digitsOf(code)).filter((slip) => !isNewLatvian(country, slip));
        expect(slips.length).to.be.greaterThan(90);
        const missed = slips.filter((slip) => stateOf(country, slip) !== 'wrong');
        expect(missed, `${country} ${code}`).to.deep.equal([]);
      }
    });

    const body = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 9, maxLength: 9 });
    const lastTwo = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

    for (const [country, share] of [
      ['EE', 0.98],
      ['LT', 0.98],
      ['LV', 0.95],
      ['BE', 0.98],
    ] as const) {
      it(`is wrong in ${country} but for what its check digits cannot tell, which is little`, () => {
        let [found, all] = [0, 0];
        check(
          body,
          (start) => {
            const valid = lastTwo.map((end) => start + end).find((code) => stateOf(country, code) === 'complete');
            if (valid === undefined || isNewLatvian(country, valid)) return;
            for (const slip of slipsOf(valid)) {
              all++;
              if (stateOf(country, slip) === 'wrong') found++;
              else expect(undetectable[country](valid, slip), `${country} ${valid} as ${slip}`).to.equal(true);
            }
          },
          1000,
        );
        expect(all).to.be.greaterThan(20_000);
        expect(found / all, String(found / all)).to.be.greaterThan(share);
      });
    }

    it('is wrong whenever the slip is in a check digit', () => {
      for (const [country, code] of everyCode) {
        if (isNewLatvian(country, code)) continue;
        const digits = digitsOf(code);
        const end = country === 'BE' ? 9 : 10;
        for (const slip of slipsOf(digits).filter((one) => one.startsWith(digits.slice(0, end)))) {
          expect(stateOf(country, slip), `${country} ${code} as ${slip}`).to.equal('wrong');
        }
      }
    });

    it('is wrong with the check digit of another country', () => {
      for (const [country, text] of [
        ['EE', '04040410003'],
        ['EE', '91234567895'],
        ['LT', '04040400287'],
        ['LV', '40404040009'],
        ['LV', '000000-00001'],
        ['BE', '40404040009'],
        ['BE', '00000000000'],
      ]) {
        expect(stateOf(country, text), `${country} ${text}`).to.equal('wrong');
      }
    });
  });

  describe('that is meant to do harm', () => {
    it('is wrong, without an error and at once', () => {
      const begun = performance.now();
      for (const country of personalCodeCountries) {
        for (const text of [
          '4'.repeat(10_000),
          ' '.repeat(10_000),
          '-.'.repeat(5_000),
          `PNO${country}`.repeat(2_000),
          '\ufdfa'.repeat(10_000),
          '\ufdfa'.repeat(40),
          '4'.repeat(40),
          ' '.repeat(41),
          `${' '.repeat(30)}40404040009`,
          // Smileys, keycaps, and half of a pair.
          '😀',
          '4\ufe0f\u20e30404040009',
          '\ud83d40404040009',
          '40404040009\udc00',
          // Digits of other scripts: no document of the four countries has them.
          '٤٠٤٠٤٠٤٠٠٠٩',
          '۴۰۴۰۴۰۴۰۰۰۹',
          '४०४०४०४०००९',
          '4040404000٩',
          '四〇四〇四〇四〇〇〇九',
          // Digits in other clothes, with more than the digit.
          '⑴⒈4',
          '½',
          '\u0000',
          '4\u00000404040009',
          '40404040009\u0000',
          '\u0007',
          '40404040009\u0301',
          '../document/PNOEE-40404040009-MOCK-Q',
          '40404040009/x',
          '40404040009?x',
          '40404040009%20',
          '040404_10003',
          '04/04/04-002.87',
          '0x40404040009',
          '4e10',
          '4,0404040009',
          '+40404040009',
          '<b>40404040009</b>',
          "40404040009' or 1",
          'constructor',
          '__proto__',
          'undefined',
        ]) {
          expect(read(country, text), JSON.stringify(text).slice(0, 60)).to.deep.equal({ state: 'wrong' });
        }
      }
      expect(performance.now() - begun).to.be.lessThan(1000);
    });

    it('is wrong when it is no text at all', () => {
      const unfriendly = {
        toString: () => {
          throw new Error('not to be called');
        },
      };
      for (const any of [
        undefined,
        null,
        40404040009,
        40404040009n,
        ['40404040009'],
        { length: 11 },
        new String('40404040009'),
        unfriendly,
        Symbol('40404040009'),
        true,
        Number.NaN,
      ]) {
        expect(read('EE', any)).to.deep.equal({ state: 'wrong' });
        expect(read(any, '40404040009')).to.deep.equal({ state: 'wrong' });
      }
    });

    it('is wrong for any country that is none of the four', () => {
      for (const country of ['', 'ee', 'Ee', ' EE', 'FI', 'EELV', 'toString', '__proto__', 'constructor', ['EE'], 0]) {
        for (const text of ['40404040009', '', '4']) expect(read(country, text)).to.deep.equal({ state: 'wrong' });
      }
    });
  });

  describe('whatever it is', () => {
    const country = fc.constantFrom(...personalCodeCountries);
    const almostCode = fc
      .array(fc.constantFrom(...'01234567890123456789', ' ', '.', '-', '\u00a0', '–', '４', 'EE', 'PNO', 'LV', 'x'), {
        maxLength: 16,
      })
      .map((parts) => parts.join(''));
    const changed = fc.tuple(fc.constantFrom(...everyCode), fc.nat(12), almostCode).map(([[, code], at, other]) => {
      return code.slice(0, at) + other.slice(0, 2) + code.slice(at);
    });
    const text = fc.oneof(anyText, almostCode, changed);

    it('never throws, and says one of three things', () => {
      check(
        fc.tuple(fc.oneof(country, anything), fc.oneof(text, anything)),
        ([where, what]) => {
          const typed = read(where, what);
          if (typed.state === 'complete') expect(typed).to.have.all.keys('state', 'code');
          else expect(typed).to.deep.equal({ state: typed.state === 'incomplete' ? 'incomplete' : 'wrong' });
        },
        10_000,
      );
    });

    it('gives a code of the one form that its country has, which is read as the same', () => {
      let count = 0;
      check(
        fc.tuple(country, text),
        ([where, what]) => {
          const typed = read(where, what);
          if (typed.state !== 'complete') return;
          count++;
          expect(typed.code).to.match(where === 'LV' ? /^\d{6}-\d{5}$/ : /^\d{11}$/);
          for (const again of [typed.code, digitsOf(typed.code), `PNO${where}-${typed.code}`]) {
            expect(read(where, again)).to.deep.equal(typed);
          }
        },
        20_000,
      );
      expect(count).to.be.greaterThan(100);
    });

    it('says of every beginning of a complete or incomplete text that it is incomplete or complete', () => {
      check(
        fc.tuple(country, text),
        ([where, what]) => {
          if (stateOf(where, what) === 'wrong') return;
          for (let length = 0; length < what.length; length++) {
            // Half of a pair is no character; nobody types it.
            if (/[\ud800-\udbff]$/.test(what.slice(0, length))) continue;
            expect(stateOf(where, what.slice(0, length)), `${where} ${what}`).to.not.equal('wrong');
          }
        },
        10_000,
      );
    });
  });

  describe('compared with the package stdnum', () => {
    const { EE, LT, LV, BE } = stdnum;
    const numbers = {
      EE: [EE?.ik],
      LT: [LT?.asmens],
      LV: [LV?.pvn],
      // National numbers, and the bis numbers with other months.
      BE: [BE?.nn, BE?.bis],
    };
    const judged = (where: PersonalCodeCountry, digits: string) => {
      const results = numbers[where].map((number) => number?.validate(digits));
      expect(results).to.not.include(undefined);
      return { isValid: results.some((one) => one?.isValid), errors: results.map((one) => one?.error?.name) };
    };

    const number = (min: number, max: number) =>
      fc.integer({ min, max }).map((value) => String(value).padStart(2, '0'));
    const serial = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
    const [day, month, year] = [number(1, 28), number(1, 12), number(0, 20)];
    const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));

    // Everything but the check digits, with dates that stdnum takes in either century of birth.
    const withoutCheck: Record<PersonalCodeCountry, fc.Arbitrary<string>> = {
      // It looks at no dates of Estonians.
      EE: joined(fc.constantFrom(...'12345678'), serial(9)),
      LT: fc.oneof(
        joined(fc.constantFrom(...'123456'), year, month, day, serial(3)),
        joined(fc.constant('9'), serial(9)),
      ),
      LV: joined(day, month, year, fc.constantFrom(...'012'), serial(3)),
      BE: joined(year, fc.oneof(month, number(21, 32), number(41, 52), fc.constant('00')), day, serial(3)),
    };

    // Of 00, 98 and 99 below.
    const belgianChecks = Array.from({ length: 97 }, (_, index) => String(index + 1).padStart(2, '0'));

    for (const where of personalCodeCountries) {
      it(`is right with the same check digits in ${where}`, () => {
        check(
          withoutCheck[where],
          (start) => {
            for (const end of where === 'BE' ? belgianChecks : '0123456789') {
              const digits = start + end;
              expect(stateOf(where, digits), digits).to.equal(judged(where, digits).isValid ? 'complete' : 'wrong');
            }
          },
          where === 'BE' ? 100 : 1000,
        );
      });
    }

    it('is never wrong where stdnum takes it, and is taken beyond only for its date', () => {
      const firsts: Record<PersonalCodeCountry, string> = {
        EE: '12345678',
        LT: '123456789',
        LV: '012',
        BE: '0123456789',
      };
      for (const where of personalCodeCountries) {
        let beyond = 0;
        check(
          joined(fc.constantFrom(...firsts[where]), serial(10)),
          (digits) => {
            const [ours, theirs] = [stateOf(where, digits), judged(where, digits)];
            if (where === 'BE' && !belgianChecks.includes(digits.slice(9))) return;
            if (theirs.isValid) expect(ours, digits).to.equal('complete');
            if (ours !== 'complete' || theirs.isValid) return;
            beyond++;
            // Of Belgian numbers, stdnum takes the check number only of the centuries that the date leaves.
            expect(theirs.errors[0], digits).to.be.oneOf(
              where === 'BE' ? ['InvalidFormat', 'InvalidChecksum'] : ['InvalidComponent'],
            );
          },
          5000,
        );
        if (where === 'EE') expect(beyond).to.equal(0);
        else expect(beyond, where).to.be.greaterThan(20);
      }
    });

    it('is taken although stdnum does not like the date', () => {
      for (const [where, code, why] of [
        ['LT', '33300000007', 'a month and a day that an elderly person does not know'],
        ['LV', '310240-10003', 'a 31st of February'],
        ['LV', '320000-00008', 'a new code, which has no date'],
        ['BE', '50010100185', 'a birth in 2050'],
        ['BE', '85023000125', 'a 30th of February'],
      ] as const) {
        expect(read(where, code), why).to.deep.equal({ state: 'complete', code });
        expect(judged(where, digitsOf(code)).isValid, why).to.equal(false);
      }
    });

    it('is wrong with a first digit that stdnum takes although Estonia has no century for it', () => {
      for (const code of ['00000000000', '91234567895']) {
        expect(stateOf('EE', code)).to.equal('wrong');
        expect(judged('EE', code).isValid).to.equal(true);
      }
    });

    it('is wrong with check numbers that stdnum takes although no Belgian number can have them', () => {
      // By royal decree (8 February 1991, article 4) it is 97 less a remainder, so 01 to 97; stdnum adds up and divides.
      for (const [right, taken] of [
        ['85073006197', '85073006100'],
        ['85073006001', '85073006098'],
        ['85073005902', '85073005999'],
      ] as const) {
        expect(stateOf('BE', right)).to.equal('complete');
        expect(judged('BE', right).isValid).to.equal(true);
        expect(stateOf('BE', taken)).to.equal('wrong');
        expect(judged('BE', taken).isValid).to.equal(true);
      }
    });
  });
});

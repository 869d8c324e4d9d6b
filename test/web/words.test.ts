/** The texts of the pages in all languages, what a visitor is told of a failure, and who gets which language. */

import { request } from 'node:http';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import currentExpress, { type NextFunction, type Request, type Response } from 'express';
import { type Failure, failure, publicCode } from '../../lib/shared/outcome.js';
import { failureMessage } from '../../lib/web/failure-message.js';
import { type LanguageOption, SiteWords } from '../../lib/web/language.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { type Language, languages } from '../../lib/web/words.js';
import { inputError } from '../support/errors.js';
import { listen } from '../support/listen.js';
import { textsIn } from '../support/words.js';

const require = createRequire(import.meta.url);

const translations = languages.filter((language) => language !== 'en');
const undertakings = ['login', 'signing'] as const;
const failuresOf = { login: 'loginFailures', signing: 'signingFailures' } as const;

const texts = Object.fromEntries(
  languages.map((language) => [language, new Map(textsIn(wordsOf[language]))]),
) as Record<Language, Map<string, string>>;

/** Calls back with each translated text and the English one. */
function eachTranslation(compare: (translated: string, english: string, where: string, language: Language) => void) {
  for (const language of translations) {
    for (const [path, english] of texts.en) {
      compare(texts[language].get(path) ?? '', english, `${language} ${path}`, language);
    }
  }
}

/** Names that are the same in all languages. */
const properNames = ['Smart-ID', 'JavaScript', '{name}'];

describe('The texts of the pages', () => {
  it('are there for the same keys in all languages, in the same order', () => {
    expect(Object.keys(wordsOf)).to.have.members([...languages]);
    for (const language of translations) {
      expect([...texts[language].keys()], language).to.deep.equal([...texts.en.keys()]);
    }
  });

  it('are plain texts without blanks around', () => {
    for (const language of languages) {
      for (const [path, text] of texts[language]) {
        expect(text.replace('{name}', 'DEMO'), `${language} ${path}`)
          .to.match(/^\S(?:.*\S)?$/u)
          .and.not.match(/[<>&{}\\]|\s\s/u);
      }
    }
  });

  it('have the quotation marks, dashes and ellipses of print', () => {
    for (const language of languages) {
      for (const [path, text] of texts[language]) {
        expect(text, `${language} ${path}`).to.not.match(/["'`]|\.\.|\s-\s/);
      }
    }
  });

  it('are translated', () => {
    eachTranslation((translated, english, where) => {
      expect(translated, where).to.not.equal(english);
    });
  });

  it('are in the script of their language', () => {
    for (const language of languages) {
      const script = language === 'ru' ? /^[\p{Script=Cyrillic}\P{L}]+$/u : /^[\p{Script=Latin}\P{L}]+$/u;
      for (const [path, text] of texts[language]) {
        if (path === 'linkLanguage') continue;
        const translated = [...properNames, 'QR'].reduce((rest, name) => rest.replaceAll(name, ''), text);
        expect(translated, `${language} ${path}`).to.match(script);
      }
    }
  });

  it('name Smart-ID and JavaScript wherever English does', () => {
    eachTranslation((translated, english, where) => {
      for (const name of properNames) if (english.includes(name)) expect(translated, where).to.contain(name);
    });
  });

  it('end as the English ones do', () => {
    const endOf = (text: string) => /[.…:!?]?$/.exec(text)?.[0];
    eachTranslation((translated, english, where) => {
      expect(endOf(translated.replace(/”\.$/, '.')), where).to.equal(endOf(english));
    });
  });

  it('are the same in two places where the English ones are', () => {
    const firstPaths = new Map<string, string>();
    for (const [path, english] of texts.en) {
      const first = firstPaths.get(english) ?? path;
      firstPaths.set(english, first);
      for (const language of translations) {
        expect(texts[language].get(path), `${language} ${path}`).to.equal(texts[language].get(first));
      }
    }
  });

  it('speak of trying again in the words of the button', () => {
    eachTranslation((translated, english, where, language) => {
      if (!/\btry again\b/i.test(english)) return;
      const [, ...again] = wordsOf[language].page.tryAgain.split(' ');
      expect(translated, where).to.contain(again.join(' '));
    });
  });

  it('put nothing in quotation marks but names and buttons', () => {
    for (const language of languages) {
      const buttons = Object.values(wordsOf[language].page);
      for (const [path, text] of texts[language]) {
        for (const [, quoted] of text.matchAll(/[„«“]([^„«“”»]+)[“”»]/g)) {
          expect([...properNames, ...buttons], `${language} ${path}`).to.include(quoted);
        }
      }
    }
  });

  it('call the countries what they are called', () => {
    for (const language of languages) {
      const names = new Intl.DisplayNames([language], { type: 'region' });
      for (const [country, name] of Object.entries(wordsOf[language].login.countries)) {
        expect(name, language).to.equal(names.of(country));
      }
    }
  });

  it('go with a name of each language and its code in device links', () => {
    for (const language of languages) {
      const ownName = new Intl.DisplayNames([language], { type: 'language' }).of(language);
      expect(wordsOf[language].languageName.toLowerCase()).to.equal(ownName?.toLowerCase());
      expect(wordsOf[language].linkLanguage).to.have.length(3);
      expect(Intl.getCanonicalLocales(wordsOf[language].linkLanguage)).to.deep.equal([language]);
    }
  });
});

/** Beginnings and pieces of words that would tell whether somebody has an account, and what its owner did or did not do. */
const telling: Record<Language, RegExp> = {
  en: /refus|reject|declin|cancel|time(?:d )?-?out|expire|too late|not exist|no account|no such|no smart-id|not have|not found|unknown|suspend|block|lock|register/i,
  et: /keeld|tühista|katkesta|loobu|aegu|hilja|puudu|olemas|(?:ei ole|pole|ei leitud) (?:smart-id )?kont|ei leit|tundmatu|peata|blokee|luku|registree/i,
  lv: /atteic|noraid|atcel|atsauc|pārtrau|noildz|beidz[aāi]|iztec|par vēlu|nav (?:smart-id )?kont|jums nav|neeksist|nepastāv|atrast|nezinām|bloķē|apturē|reģistr/i,
  lt: /atsisak|atmes|atmet|atšauk|nutrauk|baigėsi|baigęsi|per vėl|neturi|nėra (?:„smart-id“ )?paskyr|neegzist|nerast|nežinom|blokuo|užrakin|sustabd|regist/i,
  ru: /отказ|отклон|отмен|прерва|ист[её]к|поздно|не существ|нет (?:такой )?уч[её]тн|у вас нет|не име|не найд|неизвест|заблок|приостан|зарегистр/i,
};

/** For each language, what the texts must not say. */
const indiscreet: Record<Language, string[]> = {
  en: ['You refused the login.', 'There is no account.', 'The login has expired.', 'This person does not exist.'],
  et: ['Kasutaja keeldus.', 'Kasutajal puudub Smart-ID konto.', 'Sisselogimine aegus.', 'Teil ei ole Smart-ID kontot.'],
  lv: ['Lietotājs atteicās.', 'Jums nav Smart-ID konta.', 'Laiks ir beidzies.', 'Konts netika atrasts.'],
  lt: ['Naudotojas atsisakė.', 'Neturite „Smart-ID“ paskyros.', 'Laikas baigėsi.', 'Paskyra nerasta.'],
  ru: ['Пользователь отказался.', 'У вас нет учётной записи.', 'Время истекло.', 'Учётная запись не найдена.'],
};

/** Codes that tell of an account or its owner. */
const hiddenCodes = [
  'timeout',
  'expired',
  'still_running',
  'no_account',
  'no_suitable_account',
  'person_should_act',
  'user_refused',
  'user_refused_interaction',
  'user_refused_cert_choice',
  'document_unusable',
  'account_unusable',
  'required_interaction_not_supported_by_app',
];
/** Codes with which a visitor can begin something. */
const openCodes = [
  'wrong_vc',
  'no_attempt',
  'return_without_session',
  'callback_required',
  'already_used',
  'not_verified',
  'not_accepted',
  'country_not_accepted',
];
/** What only the pages say: of what came by a form, and of a return from the app, which nobody makes who has not acted there. */
const pageCodes = ['expired', 'refused', 'cancelled', 'return_after_end', 'return_incomplete', 'not_from_page'];
/** What else a login or a signature ends with. */
const otherCodes = ['protocol_failure', 'server_error', 'unknown_result', 'expected_linked_session', 'not_begun'];

describe('What a visitor is told of a failure', () => {
  it('tells nothing of an account, in any language', () => {
    for (const language of languages) {
      for (const sentence of indiscreet[language]) expect(sentence).to.match(telling[language]);
      for (const [path, text] of texts[language]) {
        const [group, code = ''] = path.split('.');
        if (/Failures$/.test(group ?? '') && !pageCodes.includes(code))
          expect(text, `${language} ${path}`).to.not.match(telling[language]);
      }
    }
  });

  for (const what of undertakings) {
    describe(`of a ${what}`, () => {
      const known = Object.keys(wordsOf.en[failuresOf[what]]);
      const otherFailure: Failure['message'] = failure('of no kind', what).message;

      it('has a text for each code that says what to do', () => {
        expect(known).to.have.members(['not_completed', ...openCodes, ...pageCodes, 'too_many_starts', 'other']);
        for (const code of [...hiddenCodes, ...openCodes]) {
          expect(failure(code, what).message, code).to.not.equal(otherFailure);
          expect(known, code).to.include(publicCode(code));
        }
      });

      it('is one text for all that tells of an account', () => {
        for (const language of languages) {
          const words = wordsOf[language];
          for (const code of hiddenCodes) {
            expect(failureMessage(publicCode(code), words, what)).to.equal(words[failuresOf[what]].not_completed);
          }
        }
      });

      it('is the text of its code, in the language of the visitor', () => {
        for (const language of languages) {
          const words = wordsOf[language];
          for (const code of openCodes) {
            expect(failureMessage(publicCode(code), words, what)).to.equal(
              texts[language].get(`${failuresOf[what]}.${code}`),
            );
          }
        }
      });

      it('is a general text for every other code', () => {
        const nonsense = ['', 'nonsense', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'WRONG_VC', '0'];
        for (const language of languages) {
          const words = wordsOf[language];
          const others = [...otherCodes, ...hiddenCodes, ...nonsense].filter((code) => !pageCodes.includes(code));
          for (const code of others) {
            expect(failureMessage(code, words, what), code).to.equal(words[failuresOf[what]].other);
          }
        }
        for (const code of otherCodes) expect(failure(code, what).message, code).to.equal(otherFailure);
      });
    });
  }

  it('differs between a login and a signature where it speaks of either', () => {
    for (const language of languages) {
      const { loginFailures, signingFailures } = wordsOf[language];
      for (const code of [
        'not_completed',
        'expired',
        'refused',
        'cancelled',
        'return_after_end',
        'return_incomplete',
        'no_attempt',
        'already_used',
        'not_verified',
        'not_accepted',
        'country_not_accepted',
        'other',
      ] as const) {
        expect(loginFailures[code], `${language} ${code}`).to.not.equal(signingFailures[code]);
      }
    }
  });
});

for (const [name, express] of [
  ['Express 5', currentExpress],
  ['Express 4', require('express4') as typeof currentExpress],
] as const) {
  describe(`The language of a page with ${name}`, () => {
    let option: LanguageOption<Request> | undefined;
    let site: { origin: string; close(): Promise<void> };
    let error: unknown;
    /** That the last answer has set. */
    let cookies: string[] | undefined;

    beforeEach(async () => {
      option = undefined;
      error = undefined;
      const app = express();
      app.use(express.json(), express.urlencoded({ extended: false }));
      app.all('/', (req, res) => {
        const words = new SiteWords({}, option);
        const request = { query: req.query, body: req.body ?? {}, headers: req.headers, site: req };
        const cookie = words.cookieFor(request);
        if (cookie !== undefined) res.append('set-cookie', cookie);
        res.json(words.languageFor(request));
      });
      app.use((thrown: unknown, _req: Request, res: Response, _next: NextFunction) => {
        error = thrown;
        res.status(500).json('failed');
      });
      site = await listen(app);
    });
    afterEach(() => site.close());

    /** With no more headers than are given: `fetch` would send an Accept-Language of its own. */
    function ask(
      accepted?: string,
      query = '',
      body?: { type: string; text: string },
      cookie?: string,
    ): Promise<unknown> {
      const headers = {
        ...(cookie === undefined ? {} : { cookie }),
        ...(accepted === undefined ? {} : { 'accept-language': accepted }),
        ...(body ? { 'content-type': body.type } : {}),
      };
      return new Promise((resolve, reject) => {
        const asked = request(`${site.origin}/${query}`, { method: body ? 'POST' : 'GET', headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => {
            cookies = response.headers['set-cookie'];
            resolve(JSON.parse(text));
          });
        });
        asked.on('error', reject).end(body?.text);
      });
    }
    const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) });
    const form = (text: string) => ({ type: 'application/x-www-form-urlencoded', text });

    it('is English where nobody says otherwise', async () => {
      expect(await ask()).to.equal('en');
      expect(await ask(undefined, '', json({}))).to.equal('en');
    });

    for (const [accepted, expected] of [
      ['et', 'et'],
      ['ET', 'et'],
      ['et-EE', 'et'],
      ['et-EE,en;q=0.5', 'et'],
      ['en;q=0.5,et-EE', 'et'],
      ['ru;q=0.1, lv', 'lv'],
      ['lt-LT,lt;q=0.9,ru;q=0.8,en;q=0.7', 'lt'],
      ['ru-LV,ru;q=0.9,lv;q=0.8', 'ru'],
      ['fi-FI,fi;q=0.9,et;q=0.4', 'et'],
      ['en-US,en;q=0.9,et;q=0.8', 'en'],
      ['lv;q=0, lt;q=0.2', 'lt'],
      ['*', 'en'],
      ['de, *;q=0.1', 'en'],
      ['de-DE,de;q=0.9', 'en'],
      ['est', 'en'],
      ['', 'en'],
      [';;;,,q=et', 'en'],
      ['<script>', 'en'],
      ['__proto__', 'en'],
      ['et'.repeat(2000), 'en'],
    ] as const) {
      it(`is ${expected} for a browser that prefers ${JSON.stringify(accepted).slice(0, 40)}`, async () => {
        expect(await ask(accepted)).to.equal(expected);
      });
    }

    it('is what the visitor has chosen, in the address or in the body, and not what the browser prefers', async () => {
      for (const language of languages) {
        expect(await ask('fi, en;q=0.9, lt;q=0.8', `?lang=${language}`)).to.equal(language);
        expect(await ask('fi, en;q=0.9, lt;q=0.8', '', json({ lang: language }))).to.equal(language);
        expect(await ask('fi, en;q=0.9, lt;q=0.8', '', form(`lang=${language}`))).to.equal(language);
      }
      expect(await ask('en', '?lang=lv', json({ lang: 'lt' }))).to.equal('lv');
    });

    it('is kept where the visitor has chosen another than the browser prefers, for the folder of the page', async () => {
      await ask('en', '?lang=lv');
      expect(cookies).to.deep.equal(['smart-id-language=lv; HttpOnly; SameSite=Lax']);
      await ask('en', '?lang=en', undefined, 'smart-id-language=lv');
      expect(cookies).to.deep.equal(['smart-id-language=en; HttpOnly; SameSite=Lax']);
      for (const [accepted, query, cookie] of [
        ['en', ''],
        ['lv, en', '?lang=lv'],
        ['en', '?lang=lv', 'smart-id-language=lv'],
        ['en', '', 'smart-id-language=lv'],
        ['en', '?lang=de'],
        ['en', '?lang=lv&lang=lt'],
        ['en', '?lang=lv;%20Domain=example.com'],
      ] as const) {
        await ask(accepted, query, undefined, cookie);
        expect(cookies, query).to.equal(undefined);
      }
    });

    it('is the one that was chosen before, where nothing is chosen now', async () => {
      for (const cookie of [
        'smart-id-language=lv',
        'a=b; smart-id-language=lv;c=d',
        'xsmart-id-language=et; smart-id-language=lv',
      ]) {
        expect(await ask('ru', '', undefined, cookie), cookie).to.equal('lv');
      }
      expect(await ask('ru', '?lang=lt', undefined, 'smart-id-language=lv')).to.equal('lt');
      for (const cookie of [
        'smart-id-language=',
        'smart-id-language=de',
        'smart-id-language=lvx',
        'smart-id-language',
      ]) {
        expect(await ask('ru', '', undefined, cookie), cookie).to.equal('ru');
      }
    });

    it('is what the browser prefers where the choice is none', async () => {
      for (const query of [
        '?lang=',
        '?lang=de',
        '?lang=ET',
        '?lang=et&lang=lv',
        '?lang[]=et',
        '?lang[x]=et',
        '?lang=toString',
      ]) {
        expect(await ask('ru', query), query).to.equal('ru');
      }
      for (const lang of ['', 'de', null, 7, ['et'], ['et', 'lv'], { et: 'et' }, '__proto__']) {
        expect(await ask('ru', '', json({ lang })), JSON.stringify(lang)).to.equal('ru');
      }
      expect(await ask('ru', '', form('lang=et&lang=lv'))).to.equal('ru');
      expect(await ask('ru', '', json([]))).to.equal('ru');
    });

    it('is the one that the site has chosen, whatever the visitor wants', async () => {
      for (const language of languages) {
        option = language;
        expect(await ask('fi, en;q=0.9, lt;q=0.8', '?lang=ru', json({ lang: 'lv' }))).to.equal(language);
      }
    });

    it('is the one that the site chooses for the request, which it may leave to the visitor', async () => {
      option = (req) => (({ a: 'lv', b: 'lt' }) as const)[String(req.query.shop)];
      expect(await ask('et', '?shop=a&lang=ru')).to.equal('lv');
      expect(await ask('et', '?shop=b&lang=ru')).to.equal('lt');
      expect(await ask('et', '?shop=c&lang=ru')).to.equal('ru');
      expect(await ask('et', '?shop=c')).to.equal('et');
      expect(await ask(undefined, '?shop=c')).to.equal('en');
    });

    it('is refused where the site chooses one that there is not', async () => {
      for (const wrong of ['', 'de', 'EN', 'est', 'toString', null, 7, ['et'], {}] as unknown[] as Language[]) {
        for (const choice of [wrong, () => wrong]) {
          option = choice;
          error = undefined;
          expect(await ask('et', '?lang=ru'), JSON.stringify(wrong)).to.equal('failed');
          expect(() => {
            throw error;
          }, JSON.stringify(wrong)).to.throw(...inputError('language'));
          expect(error).to.have.property('field', 'language');
        }
      }
    });
  });
}

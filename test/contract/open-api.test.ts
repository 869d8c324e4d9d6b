import { expect } from 'chai';
import { coverageOf } from './coverage.js';
import { differencesOf } from './descriptions.js';
import { type Exchange, OpenApi } from './open-api.js';

const file = `
openapi: 3.1.1
info: { title: Lamps, version: '1' }
paths:
  /lamps/{id}:
    post:
      operationId: setLamp
      parameters:
        - $ref: '#/components/parameters/id'
        - { name: waitMs, in: query, required: false, schema: { type: integer, minimum: 10 } }
      requestBody: { $ref: '#/components/requestBodies/Lamp' }
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [state]
                properties:
                  state: { type: string, enum: [ON, OFF] }
                  light:
                    oneOf:
                      - { $ref: '#/components/schemas/Bulb' }
                      - { $ref: '#/components/schemas/Tube' }
        '404': { description: No such lamp }
components:
  parameters:
    id: { name: id, in: path, required: true, schema: { type: string, format: uuid } }
  requestBodies:
    Lamp:
      required: true
      content:
        application/json:
          schema:
            type: object
            required: [name]
            properties:
              name: { type: string, maxLength: 5, example: desk }
              picture: { type: string, format: byte }
              link: { type: string, format: URL }
  schemas:
    Bulb: { type: object, additionalProperties: false, required: [watts], properties: { watts: { type: integer } } }
    Tube: { type: object, additionalProperties: false, required: [metres], properties: { metres: { type: number } } }
`;

const right: Exchange = {
  method: 'POST',
  target: '/lamps/fa20fd1e-e320-4c68-8315-f6a507a0b4a9?waitMs=10',
  requestHeaders: { accept: 'application/json', 'content-type': 'application/json' },
  requestBody: '{"name":"desk","picture":"AAAA","link":"https://example.com/"}',
  status: 200,
  contentType: 'application/json; charset=utf-8',
  answerBody: '{"state":"ON","light":{"watts":7}}',
};

describe('An OpenAPI file as the judge of an exchange', () => {
  const judge = new OpenApi(file);
  const verdict = (changes: Partial<Exchange>) => {
    const exchange = { ...right, ...changes };
    return [...judge.judgeRequest(exchange), ...judge.judgeAnswer(exchange)].map(
      ({ place, rule }) => `${place}: ${rule}`,
    );
  };

  it('an OpenAPI file finds nothing where all is as it says', () => {
    expect(verdict({})).to.deep.equal([]);
    expect(verdict({ status: 404, contentType: undefined, answerBody: '' })).to.deep.equal([]);
  });

  const id = 'fa20fd1e-e320-4c68-8315-f6a507a0b4a9';
  const faults: [what: string, changes: Partial<Exchange>, ...found: string[]][] = [
    ['another path', { target: '/lights/x' }, 'path: listed'],
    ['a longer path', { target: `/lamps/${id}/more` }, 'path: listed'],
    ['an empty path parameter', { target: '/lamps/' }, 'path: listed'],
    ['another method', { method: 'PUT' }, 'path: listed'],
    ['a path parameter of another format', { target: '/lamps/x' }, 'path/id: format'],
    ['an unknown query parameter', { target: `/lamps/${id}?x=1` }, 'query/x: listed'],
    ['a query parameter that is too small', { target: `/lamps/${id}?waitMs=9` }, 'query/waitMs: minimum'],
    ['a query parameter of another type', { target: `/lamps/${id}?waitMs=soon` }, 'query/waitMs: type'],
    ['a request of another type', { requestHeaders: { 'content-type': 'text/plain' } }, 'request content type: listed'],
    ['a request without a type', { requestHeaders: {} }, 'request content type: listed'],
    [
      'a request that does not accept the answer',
      { requestHeaders: { ...right.requestHeaders, accept: 'text/html, image/*' } },
      'request accept: listed',
    ],
    ['no body', { requestBody: undefined }, 'request body: type'],
    ['a body that is not JSON', { requestBody: 'name=desk' }, 'request body: type'],
    ['a body of another type', { requestBody: '[]' }, 'request: type'],
    ['a missing field', { requestBody: '{}' }, 'request/name: required'],
    ['a field of another type', { requestBody: '{"name":7}' }, 'request/name: type'],
    ['a field that is too long', { requestBody: '{"name":"kitchen"}' }, 'request/name: maxLength'],
    ['an unknown field', { requestBody: '{"name":"desk","color":"red"}' }, 'request/color: additionalProperties'],
    ['a field that is not Base64', { requestBody: '{"name":"desk","picture":"A"}' }, 'request/picture: format'],
    ['a field that is no URL', { requestBody: '{"name":"desk","link":"here"}' }, 'request/link: format'],
    ['another status', { status: 500 }, '500: listed'],
    ['an answer of another type', { contentType: 'text/html' }, '200 content type: listed'],
    ['an answer that is not JSON', { answerBody: 'ON' }, '200 body: type'],
    ['an answer without a required field', { answerBody: '{}' }, '200/state: required'],
    ['a value that is not in the list', { answerBody: '{"state":"on"}' }, '200/state: enum'],
    ['a field that is none of several shapes', { answerBody: '{"state":"ON","light":{}}' }, '200/light: oneOf'],
    [
      'a field of two shapes at once',
      { answerBody: '{"state":"ON","light":{"watts":7,"metres":1}}' },
      '200/light: oneOf',
    ],
    ['a body where there should be none', { status: 404, answerBody: '{}' }, '404 body: listed'],
  ];
  for (const [what, changes, ...found] of faults) {
    it(`an OpenAPI file finds ${what}`, () => expect(verdict(changes)).to.deep.equal(found));
  }

  it('an OpenAPI file finds a request that is wrong on purpose and that it would take', () => {
    const descriptions = { 'rp-api': judge, 'mock-phone': judge };
    const wrong = { ...right, spokenTo: 'rp-api', isWrongOnPurpose: true } as const;
    expect(differencesOf(descriptions, wrong).map(({ rule }) => rule)).to.deep.equal(['wrong on purpose']);
    expect(differencesOf(descriptions, { ...wrong, requestBody: '{}' })).to.deep.equal([]);
  });

  it('an OpenAPI file is refused whose schemas cannot be closed', () => {
    expect(() => new OpenApi(file.replaceAll('oneOf', 'anyOf'))).to.throw('several parts');
  });

  it('an OpenAPI file tells what no exchange has reached', () => {
    const exchange = { ...right, spokenTo: 'rp-api', isWrongOnPurpose: false } as const;
    expect(coverageOf(judge, [exchange]).missing).to.deep.equal([
      'setLamp: 404',
      'setLamp 200/state: OFF',
      'setLamp 200/light/metres',
    ]);
    const others = { answerBody: '{"state":"OFF","light":{"metres":1}}' };
    const missing = { status: 404, answerBody: '' };
    const all = [exchange, { ...exchange, ...others }, { ...exchange, ...missing }];
    expect(coverageOf(judge, all).missing).to.deep.equal([]);
  });
});

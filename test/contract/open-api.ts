/**
 * An OpenAPI file as the judge of what goes over the wire: which operation an exchange belongs to, and where request and
 * answer differ from what the file says. The schemas are held by ajv; every object of them is closed first, so that a
 * field that the file does not know is a difference too.
 */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

/** One request and its answer. */
export interface Exchange {
  method: string;
  /** What follows the file's `servers` entry, with the query. */
  target: string;
  /** By names in lower case. */
  requestHeaders: Readonly<Record<string, string>>;
  requestBody: string | undefined;
  status: number;
  contentType: string | undefined;
  answerBody: string;
}

/** Something that is not as the file says. */
export interface Difference {
  /** The `operationId`, or method and path where the file has no such operation. */
  operation: string;
  /** Such as `path`, `request/initialCallbackUrl`, `404 content type` or `200/result/endResult`. */
  place: string;
  /** The rule of the file that is broken: a keyword of JSON Schema, or `listed`. */
  rule: string;
  detail: string;
}

// The file is plain JSON once it is read, and is walked field by field.
export type Json = any;

export interface Operation {
  id: string;
  method: string;
  /** With the parameters in braces. */
  template: string;
  parameters: readonly Parameter[];
  /** Without one, a request has no body. */
  requestContent: Content | undefined;
  /** By status; without content, an answer has no body. */
  answers: ReadonlyMap<number, Content | undefined>;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  pointer: string;
}

/** The schemas' pointers by media type. */
type Content = ReadonlyMap<string, string>;

/** A difference in an operation that is known. */
type Finding = Omit<Difference, 'operation'>;

export class OpenApi {
  readonly operations: readonly Operation[];
  private readonly document: Json;
  private readonly withExamples: Json;
  private readonly ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, allowUnionTypes: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(yaml: string) {
    this.withExamples = parse(yaml);
    this.document = closed(this.withExamples);
    formats.default(this.ajv);
    this.ajv.addFormat('URL', (text: string) => URL.canParse(text));
    // The file around the schemas is none itself.
    for (const name of Object.keys(this.document)) this.ajv.addKeyword(name);
    this.ajv.addSchema(this.document, 'file');
    this.operations = this.readOperations();
  }

  /** The operation whose template the path fits; undefined where none does. */
  operationOf({ method, target }: Pick<Exchange, 'method' | 'target'>): Operation | undefined {
    const fitting = this.operations.filter(
      (operation) => operation.method === method && pathParameters(operation.template, pathOf(target)) !== undefined,
    );
    if (fitting.length > 1) throw new Error(`${method} ${target} fits several operations.`);
    return fitting[0];
  }

  /** Where the request is not as the file says. */
  judgeRequest(exchange: Exchange): Difference[] {
    const operation = this.operationOf(exchange);
    if (!operation) {
      const detail = 'no operation has this method and path';
      return [{ operation: `${exchange.method} ${pathOf(exchange.target)}`, place: 'path', rule: 'listed', detail }];
    }
    const differences = [...this.judgeParameters(operation, exchange), ...this.judgeRequestBody(operation, exchange)];
    return differences.map((difference) => ({ operation: operation.id, ...difference }));
  }

  /** Where the answer is not as the file says; of an operation that it knows. */
  judgeAnswer(exchange: Exchange): Difference[] {
    const operation = this.operationOf(exchange);
    if (!operation) return [];
    return this.judgeStatusAndBody(operation, exchange).map((finding) => ({ operation: operation.id, ...finding }));
  }

  /** The schema at a pointer into the file, behind all references. */
  schemaAt(pointer: string): Json {
    return this.behind(valueAt(this.document, pointer));
  }

  /** The value itself, or what it refers to. */
  behind(value: Json): Json {
    return value.$ref === undefined ? value : this.schemaAt(value.$ref);
  }

  /** What the file shows of a body, by name. */
  examplesOf(content: Content | undefined): Map<string, Json> {
    const listed = [...(content?.values() ?? [])].map((pointer) =>
      valueAt(this.withExamples, pointer.replace(/schema$/, 'examples')),
    );
    const named = listed.flatMap((examples) => Object.entries<Json>(examples ?? {}));
    return new Map(
      named.map(([name, example]) => [name, (example.$ref ? valueAt(this.withExamples, example.$ref) : example).value]),
    );
  }

  private judgeParameters({ template, parameters }: Operation, { target }: Exchange): Finding[] {
    const query = new URLSearchParams(target.split('?')[1] ?? '');
    const given = {
      path: new Map(Object.entries(pathParameters(template, pathOf(target)) ?? {})),
      query: new Map(query),
    };
    const unknown = [...given.query.keys()].filter((name) => !parameters.some((known) => known.name === name));
    return [
      ...unknown.map((name) => ({ place: `query/${name}`, rule: 'listed', detail: 'no such parameter is listed' })),
      ...parameters.flatMap(({ name, in: place, required, pointer }): Finding[] => {
        const text = given[place].get(name);
        if (text !== undefined) return this.validate(pointer, numberOrText(text), `${place}/${name}`);
        return required ? [{ place: `${place}/${name}`, rule: 'required', detail: 'the parameter is missing' }] : [];
      }),
    ];
  }

  private judgeRequestBody({ requestContent, answers }: Operation, exchange: Exchange): Finding[] {
    const { accept } = exchange.requestHeaders;
    const wanted = [...(answers.get(200)?.keys() ?? [])];
    const refused = wanted.filter((type) => accept !== undefined && !isAccepted(accept, type));
    return [
      ...refused.map((type) => ({ place: 'request accept', rule: 'listed', detail: `${accept} leaves ${type} out` })),
      ...this.judgeBody('request', requestContent, exchange.requestHeaders['content-type'], exchange.requestBody ?? ''),
    ];
  }

  private judgeStatusAndBody({ answers }: Operation, { status, contentType, answerBody }: Exchange): Finding[] {
    if (!answers.has(status)) return [{ place: `${status}`, rule: 'listed', detail: 'no such status is listed' }];
    return this.judgeBody(`${status}`, answers.get(status), contentType, answerBody);
  }

  private judgeBody(place: string, content: Content | undefined, type: string | undefined, body: string): Finding[] {
    if (content === undefined) {
      return body === '' ? [] : [{ place: `${place} body`, rule: 'listed', detail: 'no body is listed' }];
    }
    const bare = mediaType(type);
    const listed = content.get(bare);
    // A body of another type is held against the first one all the same.
    const [first = ''] = content.values();
    const wrongType = { place: `${place} content type`, rule: 'listed', detail: `${bare || 'none'} is not listed` };
    const value = readJson(body);
    const findings =
      value === undefined
        ? [{ place: `${place} body`, rule: 'type', detail: 'the body is not JSON' }]
        : this.validate(listed ?? first, value, place);
    return listed === undefined ? [wrongType, ...findings] : findings;
  }

  private validate(pointer: string, value: unknown, place: string): Finding[] {
    const known = this.validators.get(pointer);
    const validator = known ?? this.ajv.compile({ $ref: `file#${pointer}` });
    this.validators.set(pointer, validator);
    if (validator(value)) return [];
    const errors = validator.errors ?? [];
    const choices = errors.filter(({ keyword }) => keyword === 'oneOf').map(({ instancePath }) => instancePath);
    // What keeps a value from being each of several shapes says nothing where it is none of them.
    const relevant = errors.filter(
      ({ keyword, instancePath }) => keyword === 'oneOf' || !choices.some((choice) => instancePath.startsWith(choice)),
    );
    return relevant.map((error) => ({
      place: `${place}${placeOf(error)}`,
      rule: error.keyword,
      detail: `${error.message}`,
    }));
  }

  private readOperations(): Operation[] {
    return Object.entries<Json>(this.document.paths).flatMap(([template, item]) =>
      Object.entries<Json>(item).map(([method, operation]): Operation => {
        const pointer = `/paths/${escaped(template)}/${method}`;
        const answers = Object.keys(operation.responses).map(
          (status) => [Number(status), this.contentAt(`${pointer}/responses/${status}`)] as const,
        );
        return {
          id: operation.operationId,
          method: method.toUpperCase(),
          template,
          parameters: (operation.parameters ?? []).map((_: unknown, index: number) =>
            this.parameterAt(`${pointer}/parameters/${index}`),
          ),
          requestContent: operation.requestBody && this.contentAt(`${pointer}/requestBody`),
          answers: new Map(answers),
        };
      }),
    );
  }

  private parameterAt(pointer: string): Parameter {
    const real = this.realPointer(pointer);
    const { name, in: place, required = false } = this.schemaAt(real);
    return { name, in: place, required, pointer: `${real}/schema` };
  }

  private contentAt(pointer: string): Content | undefined {
    const real = this.realPointer(pointer);
    const { content } = this.schemaAt(real);
    if (content === undefined) return undefined;
    return new Map(Object.keys(content).map((type) => [type, `${real}/content/${escaped(type)}/schema`]));
  }

  /** Where the thing at a pointer stands itself: what the file refers to by name, ajv is to find by its place. */
  private realPointer(pointer: string): string {
    const value = valueAt(this.document, pointer);
    return value.$ref === undefined ? pointer : this.realPointer(value.$ref.slice(1));
  }
}

/** What a JSON pointer leads to, with or without `#`. */
function valueAt(document: Json, pointer: string): Json {
  const steps = pointer.split('/').slice(1);
  return steps.reduce((value, step) => value[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

/** What stands in the path at the braces; undefined where the path does not fit. */
function pathParameters(template: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [template.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, step] of wanted.entries()) {
    const text = given[index] ?? '';
    const name = step.match(/^\{(.+)\}$/)?.[1];
    if (name === undefined ? step !== text : text === '') return undefined;
    if (name !== undefined) parameters[name] = decodeURIComponent(text);
  }
  return parameters;
}

function pathOf(target: string): string {
  return target.split('?')[0] ?? '';
}

/** Parameters come as text, which stands for a number where it is one. */
function numberOrText(text: string): string | number {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isAccepted(accept: string, type: string): boolean {
  const accepted = accept.split(',').map(mediaType);
  return [type, '*/*', `${type.split('/')[0]}/*`].some((range) => accepted.includes(range));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The field itself, where one is missing or unknown, not the object that should hold it. */
function placeOf({ instancePath, params }: ErrorObject): string {
  const field = params.missingProperty ?? params.additionalProperty;
  return field === undefined ? instancePath : `${instancePath}/${escaped(field)}`;
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A copy in which no object may have fields that are not listed. Examples are no schemas, and none is needed. */
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  // A closed part of a whole would refuse the fields of the other parts.
  if (value.allOf || value.anyOf) throw new Error('The file has schemas of several parts, which cannot be closed.');
  const fields = Object.entries(value).filter(([name]) => name !== 'examples' && name !== 'example');
  const copy = Object.fromEntries(fields.map(([name, field]) => [name, closed(field)]));
  const isOpen = value.type === 'object' && value.properties && value.additionalProperties === undefined;
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}

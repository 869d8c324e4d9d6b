/**
 * What the CPU of a site's process is used for, by the functions that it is sampled in. A sample counts for the innermost function of
 * its stack that says what it is about: `node:crypto` verifies a signature here and makes a session's id there.
 */

import inspector, { type Profiler } from 'node:inspector';

/** Parts of 1, of what is not idle. */
export interface ProfileShares {
  parts: Record<Part, number>;
  /** Beside verification: packages and files of this one, each with what it calls of Node itself; the largest first. */
  modules: { name: string; share: number }[];
  /** Beside verification: functions by themselves, the largest first. */
  functions: { name: string; share: number }[];
}

export const parts = [
  "the browser's requests",
  'verification',
  'HTTP client',
  'RP API',
  'OCSP',
  'attempts',
  'garbage collection',
  'the rest',
] as const;
type Part = (typeof parts)[number];

const intervalMicroseconds = 200;

/** The first that fits. Paths below `dist` are those of the package under test. */
const partsByUrl: readonly [RegExp, Part][] = [
  [/\/dist\/(?:verify|trust)\/|\/(?:pkijs|asn1js|pvutils|pvtsutils|bytestreamjs|@peculiar\/[^/]+)\//, 'verification'],
  [/\/dist\/revocation/, 'OCSP'],
  [/\/dist\/rp-api\/|\/node_modules\/zod\//, 'RP API'],
  [/\/dist\/http|\/node-fetch\/|\/fetch-blob\/|^node:_http_(?:client|agent)|\/undici/, 'HTTP client'],
  [/\/dist\//, 'attempts'],
  [/^node:_http_server|\/node_modules\/|\/test\/bench\/site/, "the browser's requests"],
];

let session: inspector.Session | undefined;

export async function startProfile(): Promise<true> {
  session = new inspector.Session();
  session.connect();
  await post('Profiler.enable');
  await post('Profiler.setSamplingInterval', { interval: intervalMicroseconds });
  await post('Profiler.start');
  return true;
}

export async function stopProfile(): Promise<ProfileShares> {
  const { profile } = await post<Profiler.StopReturnType>('Profiler.stop');
  session?.disconnect();
  return sharesOf(profile);
}

function post<T>(method: string, parameters: object = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    session?.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileShares {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const sums = {
    parts: new Map<Part, number>(),
    functions: new Map<string, number>(),
    modules: new Map<string, number>(),
  };
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const node = byId.get(id);
    const { functionName } = node?.callFrame ?? {};
    if (functionName === undefined || functionName === '(idle)') continue;
    const stack: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      stack.push(byId.get(at)?.callFrame.url ?? '');
    }
    // To begin and to end a profile takes a while itself.
    if (stack.includes('node:inspector')) continue;
    const microseconds = timeDeltas[index] ?? 0;
    total += microseconds;
    const part = partOf(functionName, stack);
    add(sums.parts, part, microseconds);
    if (part === 'verification') continue;
    const owner = stack.find((url) => /\/(?:node_modules|dist)\//.test(url)) ?? stack.findLast((url) => url !== '');
    const name = owner === undefined ? functionName : moduleOf(owner);
    add(sums.modules, name, microseconds);
    add(sums.functions, `${functionName || '(anonymous)'}, ${name}`, microseconds);
  }
  const shares = (map: Map<string, number>) =>
    [...map].map(([name, time]) => ({ name, share: time / total })).sort((one, other) => other.share - one.share);
  return {
    parts: Object.fromEntries(parts.map((part) => [part, (sums.parts.get(part) ?? 0) / total])) as Record<Part, number>,
    functions: shares(sums.functions).slice(0, 40),
    modules: shares(sums.modules).slice(0, 40),
  };
}

function partOf(functionName: string, stack: readonly string[]): Part {
  if (functionName === '(garbage collector)') return 'garbage collection';
  for (const url of stack) {
    const [, part] = partsByUrl.find(([pattern]) => pattern.test(url)) ?? [];
    if (part) return part;
  }
  return 'the rest';
}

/** A package, a folder of this one, or a module of Node's. */
function moduleOf(url: string): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /\/(dist\/[^?]+)$/.exec(url)?.[1] ?? url;
}

function add<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

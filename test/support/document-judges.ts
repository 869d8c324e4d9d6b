/**
 * DSS and digidoc4j, which judge signed documents in the European Union and in Estonia. They are Java: Maven builds them once,
 * into folders that Git does not know, and each starts once for all files, because starting takes the longest.
 */

import { execFile } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a judge says of one signature. */
export interface JudgedSignature {
  /** Such as `PAdES-BASELINE-LT`. */
  format: string;
  /** `TOTAL_PASSED`, `INDETERMINATE` or `TOTAL_FAILED`. */
  indication: string;
  /** Why it is none of the first. */
  subIndication: string | null;
  /** Names of the files that it is about. */
  files: string[];
}

export interface DssVerdict {
  /** Why it cannot judge the file. */
  failure?: string;
  signatures: (JudgedSignature & {
    /** Such as `RSA_SSA_PSS_SHA512_MGF1`. */
    algorithm: string;
    errors: string[];
    warnings: string[];
    timestamps: { indication: string; subIndication: string | null }[];
  })[];
}

export interface DigiDoc4jVerdict {
  valid: boolean;
  errors: string[];
  warnings: string[];
  /** Names of the files in the container. */
  files: string[];
  signatures: JudgedSignature[];
}

const run = promisify(execFile);
const project = path.join(import.meta.dirname, '../documents/judges');
const mainClasses = { dss: 'DssJudge', digidoc4j: 'DigiDoc4jJudge' } as const;
const maxOutputBytes = 10_000_000;
/** A judge starts faster when it compiles less, and says nothing but its verdicts. */
const javaOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'];

/** Builds the judges where they are not built yet, or of other sources; the first time Maven downloads what they need. */
export async function buildJudges(): Promise<void> {
  const built = path.join(project, 'dss/target/built');
  const changedAt = Math.max(...sources().map((file) => statSync(file).mtimeMs));
  if ((statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0) > changedAt) return;
  // Of what a judge starts with Maven does not notice that something else has changed, and nothing old is to be left over.
  for (const module of Object.keys(mainClasses)) rmSync(targetOf(module), { recursive: true, force: true });
  await run('mvn', ['-q', '-B', 'compile'], { cwd: project, maxBuffer: maxOutputBytes }).catch((error) => {
    throw new Error(`Maven does not build the judges of documents:\n${error.stdout}`, { cause: error });
  });
  writeFileSync(built, '');
}

function sources(): string[] {
  return readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!.*target).*(pom\.xml|\.java)$/.test(name))
    .map((name) => path.join(project, name));
}

function targetOf(module: string): string {
  return path.join(project, module, 'target');
}

/**
 * What DSS says, by the names of the files.
 * @param trusted a PEM file.
 * @param online those about which it may ask OCSP responders.
 */
export function judgedByDss(
  trusted: string,
  files: readonly string[],
  online: readonly string[],
): Promise<Map<string, DssVerdict>> {
  return judged<DssVerdict>('dss', [trusted, ...files, '--online', ...online]);
}

/** What digidoc4j says of containers, by the names of the files. */
export function judgedByDigiDoc4j(trusted: string, files: readonly string[]): Promise<Map<string, DigiDoc4jVerdict>> {
  return judged<DigiDoc4jVerdict>('digidoc4j', [trusted, ...files]);
}

async function judged<Verdict>(module: keyof typeof mainClasses, args: string[]): Promise<Map<string, Verdict>> {
  const classPath = ['classes', 'dependency/*'].map((name) => path.join(targetOf(module), name)).join(path.delimiter);
  const command = [...javaOptions, '-cp', classPath, mainClasses[module], ...args];
  const { stdout } = await run('java', command, { maxBuffer: maxOutputBytes });
  const verdicts = stdout.trim().split('\n');
  return new Map(verdicts.map((line) => JSON.parse(line)).map(({ file, ...verdict }) => [file, verdict]));
}

/** What the entry points export, as editors show it: read from the declarations in `dist` by the compiler's own API. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = path.join(root, 'dist') + path.sep;

export interface EntryPoint {
  name: string;
  /** Types in signatures of what is exported that are not exported themselves, as `name (in what)`. */
  unnamed: string[];
  /** What is exported, and members of it, that an editor has no text for. */
  undocumented: string[];
  exports: string[];
}

/** The declarations of each entry point. */
function declarationFiles(): { name: string; file: string }[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string }>;
  };
  return Object.entries(exports).flatMap(([name, { types }]) =>
    types === undefined ? [] : [{ name, file: path.join(root, types) }],
  );
}

/** What the compiler says of the declarations themselves, as it does in a site with `skipLibCheck: false`. */
export function errorsInDeclarations(): string[] {
  const compiler = path.join(root, 'node_modules/@typescript/native/bin/tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2023'];
  const files = declarationFiles().map(({ file }) => path.relative(root, file));
  const args = [compiler, ...flags, '--types', 'node', '--ignoreConfig', ...files];
  const { stdout, error } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (error) throw error;
  return stdout.split('\n').filter((line) => line.startsWith('dist/') || line.startsWith('error'));
}

export function readEntryPoints(): EntryPoint[] {
  const files = declarationFiles();
  const program = ts.createProgram(
    files.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: ['node'], strict: true },
  );
  const checker = program.getTypeChecker();
  const modules = files.map(({ name, file }) => ({ name, exported: exportsOf(program, file) }));
  const all = new Set(modules.flatMap(({ exported }) => exported.map((symbol) => resolved(checker, symbol))));
  return modules.map(({ name, exported }) => readEntryPoint(checker, name, exported, all));
}

function exportsOf(program: ts.Program, file: string): ts.Symbol[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} exports nothing: is the package built?`);
  return checker.getExportsOfModule(module);
}

/** What an `export … from` or an import stands for. */
function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** @param all what any entry point exports. */
function readEntryPoint(
  checker: ts.TypeChecker,
  name: string,
  exported: readonly ts.Symbol[],
  all: ReadonlySet<ts.Symbol>,
): EntryPoint {
  const resolve = (symbol: ts.Symbol) => resolved(checker, symbol);
  const symbols = new Set(exported.map(resolve));
  const unnamed = new Set<string>();
  const undocumented: string[] = [];

  for (const symbol of exported) {
    const target = resolve(symbol);
    const declarations = withBases((target.declarations ?? []).filter(isOwn), (base) => {
      const named = checker.getSymbolAtLocation(base);
      return (named && resolve(named).declarations?.filter(isOwn)) ?? [];
    });
    const hasText = (of: ts.Symbol) =>
      of.getDocumentationComment(checker).length > 0 || of.getJsDocTags(checker).length > 0;
    if (!hasText(target)) undocumented.push(symbol.name);
    for (const declaration of declarations) {
      for (const used of typesIn(declaration, checker)) {
        const type = resolve(used);
        // A class is imported from where it can be made: as a type alone it would only look as if it were here too.
        const isElsewhere = Boolean(type.flags & ts.SymbolFlags.Class) && all.has(type);
        if (!symbols.has(type) && !isElsewhere && (type.declarations ?? []).some(isOwn))
          unnamed.add(`${used.name} (in ${symbol.name})`);
      }
      for (const member of membersOf(declaration)) {
        const ofMember = member.name && checker.getSymbolAtLocation(member.name);
        if (ofMember && !hasText(ofMember)) undocumented.push(`${symbol.name}.${ofMember.name}`);
      }
    }
  }
  return { name, unnamed: [...unnamed], undocumented, exports: exported.map((symbol) => symbol.name) };
}

/** What an interface or class extends is shown as its own. */
function withBases(declarations: ts.Declaration[], find: (base: ts.Node) => ts.Declaration[]): ts.Declaration[] {
  return declarations.flatMap((declaration) => {
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return [declaration];
    const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap((type) => find(type.expression)),
    );
    return [declaration, ...withBases(bases, find)];
  });
}

function isOwn(declaration: ts.Declaration): boolean {
  return isInDist(declaration.getSourceFile().fileName) && !ts.isTypeParameterDeclaration(declaration);
}

function isInDist(file: string): boolean {
  return path.normalize(file).startsWith(dist);
}

/** The names of types in a declaration; private members have none in declarations. The type of a constant is shown as it is. */
function typesIn(declaration: ts.Declaration, checker: ts.TypeChecker): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    const symbol = ts.isTypeReferenceNode(node) ? checker.getSymbolAtLocation(node.typeName) : undefined;
    if (symbol) found.push(symbol);
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

/** Those whose type is one literal tell themselves; so do parts of a member, parameters and results, which its text tells of. */
function membersOf(declaration: ts.Declaration): ts.NamedDeclaration[] {
  const members: ts.NamedDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (isMember(node)) {
      const isPrivate = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private;
      const isLiteral = 'type' in node && node.type && ts.isLiteralTypeNode(node.type);
      if (!isPrivate && !isLiteral) members.push(node);
    } else if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  visit(declaration);
  return members;
}

function isMember(node: ts.Node) {
  return (
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node)
  );
}

import { rejects } from 'node:assert/strict';
import { expect } from 'chai';
import { canonicalText, element } from '../../lib/documents/container/canonical-text.js';
import { CanonicalizationBudget, canonicalize } from '../../lib/documents/container/canonicalize.js';
import { readManifest, writeManifest } from '../../lib/documents/container/manifest.js';
import { type SignatureDocument, signatureDocument } from '../../lib/documents/container/signature-document.js';
import {
  childOf,
  childrenOf,
  isElement,
  readXml,
  textOf,
  XmlBudget,
  type XmlElement,
  XmlError,
} from '../../lib/documents/container/xml.js';
import { stopwatch } from '../support/stopwatch.js';
import { turnsDuring } from '../support/turns.js';

const read = (text: string) => readXml(Buffer.from(text));
const exclusive = { isExclusive: true, hasComments: false, inclusivePrefixes: [] };
const inclusive = { ...exclusive, isExclusive: false };
const canonical = (root: XmlElement, how = exclusive) => canonicalize(root, how, new CanonicalizationBudget(1_000_000));

const attributes = (length: number) => Array.from({ length }, (_, index) => `b${index}=""`).join(' ');

describe('The reader of the XML in containers', () => {
  it('reads elements with their namespaces, attributes and texts', async () => {
    const root = await read(
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a xmlns="urn:a" xmlns:b="urn:b" b:c="1" d="2"><b:e>f&amp;<![CDATA[<g>]]></b:e></a>\n',
    );
    expect(root).to.include({ localName: 'a', namespace: 'urn:a', prefix: '' });
    expect(root.attributes).to.deep.equal([
      { prefix: 'b', localName: 'c', namespace: 'urn:b', value: '1' },
      { prefix: '', localName: 'd', namespace: '', value: '2' },
    ]);
    expect(textOf(childOf(root, 'urn:b', 'e'))).to.equal('f&<g>');
  });

  it('reads texts as XML does: line ends, white space in attributes, references', async () => {
    const root = await read(`\ufeff<a b=' 1\t2\r\n3&#10;&#x41;&quot;&apos; '>\r\n\r&lt;&gt;&#13;</a>`);
    expect(root.attributes[0]?.value).to.equal(' 1 2 3\nA"\' ');
    expect(root.children).to.deep.equal(['\n\n<>\r']);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['white space alone', ' \n '],
    ['a text', 'text'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['an entity', '<a>&b;</a>'],
    ['an entity with the name of a property', '<a>&constructor;</a>'],
    ['an ampersand', '<a>&</a>'],
    ['an ampersand in an attribute', '<a b="&"/>'],
    ['a reference to what is no character', '<a>&#0;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a character that XML does not know', '<a>\x01</a>'],
    ['two roots', '<a/><b/>'],
    ['a text behind the root', '<a/>b'],
    ['CDATA behind the root', '<a/><![CDATA[b]]>'],
    ['no end', '<a><b></b>'],
    ['an end of another', '<a></b>'],
    ['an end too many', '<a></a></a>'],
    ['an end with an attribute', '<a></a b="c">'],
    ['"<" in an attribute', '<a b="<"/>'],
    ['"]]>" in a text', '<a>]]></a>'],
    ['"--" in a comment', '<a><!-- -- --></a>'],
    ['a comment without end', '<a><!-- </a>'],
    ['"<" alone', '<a>< b</a>'],
    ['an attribute without a value', '<a b/>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['attributes without a space', '<a b="1"c="2"/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute twice by two prefixes', '<a xmlns:x="urn:a" xmlns:y="urn:a" x:b="1" y:b="2"/>'],
    ['a prefix that is not declared', '<a:b/>'],
    ['a prefix of an attribute that is not declared', '<a b:c="1"/>'],
    ['a prefix that is declared as nothing', '<a xmlns:b=""/>'],
    ['a prefix that is declared twice', '<a xmlns:b="urn:b" xmlns:b="urn:b"/>'],
    ['another namespace for xml', '<a xmlns:xml="urn:b"/>'],
    ['a name with two colons', '<a xmlns:b="urn:b"><b:c:d/></a>'],
    ['version 1.1', '<?xml version="1.1"?><a/>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['a declaration that is not at the start', ' <?xml version="1.0"?><a/>'],
    ['an instruction without a name', '<a><? b?></a>'],
    ['a name of 201 letters', `<${'a'.repeat(201)}/>`],
    ['an attribute with a name of 201 letters', `<a ${'b'.repeat(201)}=""/>`],
    ['an attribute of 10 001 letters', `<a b="${'c'.repeat(10_001)}"/>`],
    ['a namespace of 1001 letters', `<a xmlns:b="${'c'.repeat(1001)}"/>`],
    ['an element of 101 attributes', `<a ${attributes(101)}/>`],
  ]) {
    it(`refuses ${what}`, async () => {
      await rejects(read(text ?? ''), XmlError);
    });
  }

  it('takes as much as there may be of each', async () => {
    const [name, value, namespace] = ['a'.repeat(200), 'c'.repeat(10_000), 'd'.repeat(1000)];
    const root = await read(`<${name} ${attributes(98)} c="${value}" xmlns:d="${namespace}"/>`);
    expect(root.attributes).to.have.length(99);
    expect(root.scope.get('d')).to.equal(namespace);
  });

  it('reads line ends and letters that are in two parts of a long text', async () => {
    for (const [text, expected] of [
      ['\r\n', '\n'],
      ['\r\r', '\n\n'],
      ['\rõ', '\nõ'],
      ['🙂', '🙂'],
    ] as const) {
      for (let length = 199_990; length < 200_003; length += 1) {
        const before = 'b'.repeat(length);
        expect(textOf(await read(`<a>${before}${text}</a>`)) === before + expected, `${length}`).to.equal(true);
      }
    }
    expect((await read('<a/>\r')).localName).to.equal('a');
    await rejects(readXml(Buffer.from('<a/>õ').subarray(0, -1)), { message: 'it is not UTF-8' });
  });

  it('knows the namespaces of elements around, until they are declared anew, and no others', async () => {
    const root = await read('<a xmlns="urn:a" xmlns:b="urn:b"><c xmlns="" xmlns:b="urn:c"/><b:d/></a>');
    const [first, second] = root.children.filter(isElement);
    expect([first?.namespace, first?.scope.get('b'), first?.scope.size]).to.deep.equal(['', 'urn:c', 2]);
    expect([second?.namespace, second?.scope.get(''), second?.scope.get('c')]).to.deep.equal([
      'urn:b',
      'urn:a',
      undefined,
    ]);
    expect([...(first?.scope.prefixes() ?? [])].sort()).to.deep.equal(['', 'b']);
  });

  it('refuses more than 50 namespaces on elements within each other', async () => {
    const declarations = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `xmlns:b${from + index}="c"`).join(' ');
    await read(`<a ${declarations(0, 30)}><a ${declarations(10, 50)}/></a>`);
    await rejects(read(`<a ${declarations(0, 30)}><a ${declarations(10, 51)}/></a>`), {
      message: /too many namespaces/,
    });
  });

  it('refuses too much in several files together', async () => {
    const budget = new XmlBudget();
    const file = Buffer.from(`<a>${'<b/>'.repeat(49_000)}</a>`);
    for (let count = 0; count < 5; count += 1) await readXml(file, budget);
    await rejects(readXml(file, budget), { message: 'there are too many elements in all files of signatures' });
  });

  it('refuses too many references to characters in several files together', async () => {
    const budget = new XmlBudget();
    const file = Buffer.from(`<a>${'&#13;'.repeat(100_000)}</a>`);
    for (let count = 0; count < 3; count += 1) await readXml(file, budget);
    await rejects(readXml(file, budget), { message: 'it has too many references to characters' });
  });

  it('leaves the event loop to others meanwhile', async () => {
    const turns = await turnsDuring(() => read(`<a>${'<b c=""/>'.repeat(20_000)}</a>`));
    expect(turns).to.be.at.least(40);
    expect(await turnsDuring(() => read(`<a>${'<b/>'.repeat(100)}</a>`))).to.be.below(5);
  });

  it('refuses what is not UTF-8', async () => {
    await rejects(readXml(Buffer.from('<a>\u00e4</a>', 'latin1')), XmlError);
    await rejects(readXml(Buffer.from('\ufeff<a/>', 'utf16le')), XmlError);
  });

  for (const [what, text] of [
    ['nested elements', '<a>'.repeat(1_000_000)],
    ['elements', `<a>${'<b/>'.repeat(1_000_000)}</a>`],
    ['attributes', `<a ${Array.from({ length: 500_000 }, (_, index) => `b${index}=""`).join(' ')}/>`],
    ['namespaces', `<a ${Array.from({ length: 100_000 }, (_, index) => `xmlns:b${index}="c"`).join(' ')}/>`],
    ['white space in a tag', `<a${' '.repeat(5_000_000)}`],
    ['a name', `<${'a'.repeat(5_000_000)}`],
    ['an attribute without end', `<a b="${'c'.repeat(5_000_000)}`],
    ['ampersands', `<a>${'&'.repeat(5_000_000)}</a>`],
    ['comments without end', `<a>${'<!--'.repeat(1_000_000)}`],
    ['beginnings', '<'.repeat(5_000_000)],
  ]) {
    it(`refuses too much of ${what} at once`, async () => {
      const elapsedMs = stopwatch();
      await rejects(read(text ?? ''), XmlError);
      expect(elapsedMs()).to.be.below(1000);
    });
  }
});

describe('A file of signatures', () => {
  it('leaves the event loop to others while its identifiers are looked for', async () => {
    const signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="s">';
    const root = await read(`${signature}${'<b Id="c"/>'.repeat(20_000)}</ds:Signature>`);
    let found: SignatureDocument | undefined;
    const turns = await turnsDuring(async () => {
      found = await signatureDocument(root);
    });
    expect(turns).to.be.at.least(10);
    expect(found?.elements.get('c')).to.have.length(20_000);
    expect(found?.signatures).to.deep.equal([root]);
  });
});

describe('The canonicalization of what others signed', () => {
  it('declares namespaces where they are used, or where they are declared', async () => {
    const root = await read(
      '<a:b xmlns:a="urn:a" xmlns="urn:c" xmlns:d="urn:d"><e/><a:f><a:g xmlns="" d:h="1"><i/></a:g></a:f></a:b>',
    );
    expect(await canonical(root)).to.equal(
      '<a:b xmlns:a="urn:a"><e xmlns="urn:c"></e><a:f><a:g xmlns:d="urn:d" d:h="1"><i></i></a:g></a:f></a:b>',
    );
    expect(await canonical(root, inclusive)).to.equal(
      '<a:b xmlns="urn:c" xmlns:a="urn:a" xmlns:d="urn:d"><e></e><a:f><a:g xmlns="" d:h="1"><i></i></a:g></a:f></a:b>',
    );
  });

  it('takes the namespaces around what is signed along, unless it is exclusive', async () => {
    const [inner] = (await read('<a xmlns="urn:a" xmlns:b="urn:b"><c/></a>')).children.filter(isElement);
    expect(inner && (await canonical(inner))).to.equal('<c xmlns="urn:a"></c>');
    expect(inner && (await canonical(inner, inclusive))).to.equal('<c xmlns="urn:a" xmlns:b="urn:b"></c>');
  });

  it('refuses attributes of XML itself around what is signed, which the inclusive kinds treat differently', async () => {
    const [inner] = (await read('<a xml:lang="et"><c/></a>')).children.filter(isElement);
    await rejects(async () => inner && canonical(inner, inclusive), XmlError);
    expect(inner && (await canonical(inner))).to.equal('<c></c>');
  });

  it('gives up where a small text becomes a large one', async () => {
    const root = await read(`<a xmlns:b="${'c'.repeat(1000)}">${'<b:d/>'.repeat(40_000)}</a>`);
    const elapsedMs = stopwatch();
    await rejects(canonical(root), { message: /too much work/ });
    expect(elapsedMs()).to.be.below(1000);
  });

  it('gives up at what is too large a part of a signature', async () => {
    const budget = new CanonicalizationBudget(100_000_000);
    const signed = await read(`<a>${'b'.repeat(3_900_000)}</a>`);
    expect(await canonicalize(signed, exclusive, budget)).to.have.length(3_900_007);
    const root = await read(`<a>${'b'.repeat(4_000_000)}</a>`);
    await rejects(canonicalize(root, exclusive, budget), { message: /too large a part/ });
  });

  it('counts elements as work, however short they are', async () => {
    const root = await read(`<a>${'<b/>'.repeat(40_000)}</a>`);
    await rejects(canonical(root), { message: /too much work/ });
  });

  it('escapes a long text as a short one', async () => {
    const text = '&amp;õ🙂&lt;'.repeat(60_000);
    expect(
      (await canonicalize(await read(`<a>${text}</a>`), exclusive, new CanonicalizationBudget(1e9))) ===
        `<a>${text}</a>`,
    ).to.equal(true);
  });

  it('leaves the event loop to others meanwhile', async () => {
    const root = await read(`<a>${'<b/>'.repeat(15_000)}</a>`);
    expect(await turnsDuring(() => canonical(root))).to.be.at.least(4);
  });

  it('gives back what was written canonically', async () => {
    const text = canonicalText(
      element(
        'ds:Signature',
        { Id: '<"\'&>\t\n\r' },
        element('ds:Object', {}, element('xades:Any', { z: '1', a: '2' }, '<"\'&>\t\n\r ä')),
        element('xades:Any', {}),
      ),
    );
    expect(await canonical(await read(text))).to.equal(text);
  });
});

describe('The manifest of a container', () => {
  it('is read as it was written, whatever the names are', async () => {
    const files = ['a&b<c>"\'.txt', 'jagamine + müük.pdf', '] ]>', '🙂'].map((name) => ({
      name,
      contentType: 'text/x',
    }));
    const types = await readManifest(Buffer.from(writeManifest(files)));
    expect([...types.keys()]).to.deep.equal(['/', ...files.map(({ name }) => name)]);
  });

  it('has one entry for each file in its own namespace', async () => {
    const root = await read(writeManifest([{ name: 'a', contentType: 'b/c' }]));
    expect(childrenOf(root, 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0', 'file-entry')).to.have.length(2);
  });
});

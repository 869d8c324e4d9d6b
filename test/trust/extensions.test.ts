import { expect } from 'chai';
import { DerError, tags } from '../../lib/trust/der.js';
import {
  decodeAccessUrls,
  decodeCertificatePolicies,
  decodeCrlUrls,
  decodeExtendedKeyUsage,
  decodeIsCa,
  decodeKeyUsage,
  decodeQcStatements,
  extensionsIn,
  hasExtensionTwice,
  keyUsageFlags,
  objectIdentifiersIn,
} from '../../lib/trust/extensions.js';
import { der, elementOf, hex, hexOf } from '../support/hex-der.js';

const { sequence, octetString } = tags;
/** 1.2.3, 1.2.4 and 1.2.5. */
const [oid3, oid4, oid5] = ['06022a03', '06022a04', '06022a05'];
const [yes, no] = ['0101ff', '010100'];

const extension = (...parts: string[]) => der(sequence, ...parts);
const read = (...extensions: string[]) =>
  extensionsIn(elementOf(der(sequence, ...extensions))).map(({ value, ...rest }) => ({ ...rest, value: hexOf(value) }));

describe('Extensions', () => {
  it('have a type, whether they are critical, and a value that is not decoded', () => {
    const value = der(octetString, 'aabb');
    expect(
      read(extension(oid3, value), extension(oid4, yes, value), extension(oid5, no, der(octetString))),
    ).to.deep.equal([
      { type: '1.2.3', isCritical: false, value: 'aabb' },
      { type: '1.2.4', isCritical: true, value: 'aabb' },
      { type: '1.2.5', isCritical: false, value: '' },
    ]);
    expect(read()).to.deep.equal([]);
  });

  for (const [what, parts] of [
    ['no type', [yes, der(octetString)]],
    ['no value', [oid3, yes]],
    ['a flag of BER', [oid3, '010101', der(octetString)]],
    ['a flag of another kind', [oid3, '0201ff', der(octetString)]],
    ['two flags', [oid3, yes, yes, der(octetString)]],
    ['a value of another kind', [oid3, '0500']],
    ['more behind the value', [oid3, der(octetString), '0500']],
    ['nothing', []],
  ] as [string, string[]][]) {
    it(`are refused where one has ${what}`, () => {
      expect(() => read(extension(...parts))).to.throw(DerError);
    });
  }

  it('are refused where one is no SEQUENCE', () => {
    expect(() => read(der(tags.set, oid3, der(octetString)))).to.throw(DerError, 'another tag');
  });

  it('may be 50 and no more', () => {
    const one = extension(oid3, der(octetString));
    expect(read(...Array.from({ length: 50 }, () => one))).to.have.length(50);
    expect(() => read(...Array.from({ length: 51 }, () => one))).to.throw(DerError, 'more than 50 elements');
  });

  it('of one type may come once only, whatever they say', () => {
    const of = (...types: string[]) =>
      types.map((type, index) => ({ type, isCritical: index === 0, value: Uint8Array.of(index) }));
    expect(hasExtensionTwice(of())).to.equal(false);
    expect(hasExtensionTwice(of('1.2.3'))).to.equal(false);
    expect(hasExtensionTwice(of('1.2.3', '1.2.4'))).to.equal(false);
    expect(hasExtensionTwice(of('1.2.3', '1.2.4', '1.2.3'))).to.equal(true);
  });
});

describe('Extension keyUsage', () => {
  it('has the flags of RFC 5280, section 4.2.1.3, in their order', () => {
    expect(keyUsageFlags).to.deep.equal({
      digitalSignature: decodeKeyUsage(hex('03020780')),
      nonRepudiation: decodeKeyUsage(hex('03020640')),
      keyEncipherment: decodeKeyUsage(hex('03020520')),
      dataEncipherment: decodeKeyUsage(hex('03020410')),
      keyCertSign: decodeKeyUsage(hex('03020204')),
    });
    expect(decodeKeyUsage(hex('030204b0'))).to.equal(
      keyUsageFlags.digitalSignature | keyUsageFlags.keyEncipherment | keyUsageFlags.dataEncipherment,
    );
  });

  it('is one BIT STRING', () => {
    for (const wrong of ['', '04020780', '0302078000', '03020781']) {
      expect(() => decodeKeyUsage(hex(wrong)), wrong).to.throw(DerError);
    }
  });
});

describe('Extension extendedKeyUsage', () => {
  it('has object identifiers in their order', () => {
    expect(decodeExtendedKeyUsage(hex(der(sequence, oid4, oid3)))).to.deep.equal(['1.2.4', '1.2.3']);
  });

  it('is one SEQUENCE of them', () => {
    for (const wrong of ['', oid3, der(tags.set, oid3), der(sequence, oid3, '0500'), `${der(sequence, oid3)}00`]) {
      expect(() => decodeExtendedKeyUsage(hex(wrong)), wrong).to.throw(DerError);
    }
  });

  it('may have 50 and no more', () => {
    expect(decodeExtendedKeyUsage(hex(der(sequence, oid3.repeat(50))))).to.have.length(50);
    expect(() => decodeExtendedKeyUsage(hex(der(sequence, oid3.repeat(51))))).to.throw('more than 50 elements');
  });
});

describe('Object identifiers in a SEQUENCE', () => {
  it('are read in their order, and there may be 50 and no more', () => {
    expect(objectIdentifiersIn(elementOf(der(sequence, oid4, oid3)))).to.deep.equal(['1.2.4', '1.2.3']);
    expect(objectIdentifiersIn(elementOf(der(sequence, oid3.repeat(50))))).to.have.length(50);
    expect(() => objectIdentifiersIn(elementOf(der(sequence, oid3.repeat(51))))).to.throw('more than 50 elements');
    expect(() => objectIdentifiersIn(elementOf(der(sequence, '0500')))).to.throw(DerError, 'another tag');
  });
});

describe('Extension certificatePolicies', () => {
  it('has the first object identifier of each, whatever qualifies it', () => {
    const policies = der(
      sequence,
      der(sequence, oid4, der(sequence, der(sequence, oid5, '0c00'))),
      der(sequence, oid3),
    );
    expect(decodeCertificatePolicies(hex(policies))).to.deep.equal(['1.2.4', '1.2.3']);
  });

  it('is one SEQUENCE of SEQUENCEs that begin with one', () => {
    for (const wrong of ['', der(sequence, oid3), der(sequence, der(sequence)), der(sequence, der(sequence, '0500'))]) {
      expect(() => decodeCertificatePolicies(hex(wrong)), wrong).to.throw(DerError);
    }
    expect(() => decodeCertificatePolicies(hex(der(tags.set, der(sequence, oid3))))).to.throw(DerError);
    expect(() => decodeCertificatePolicies(hex(der(sequence, der(tags.set, oid3))))).to.throw(DerError);
  });

  it('may have 50 and no more', () => {
    const one = der(sequence, oid3);
    expect(decodeCertificatePolicies(hex(der(sequence, one.repeat(50))))).to.have.length(50);
    expect(() => decodeCertificatePolicies(hex(der(sequence, one.repeat(51))))).to.throw('more than 50 elements');
  });
});

describe('Extension basicConstraints', () => {
  for (const [what, parts, isCa] of [
    ['a flag that is true', [yes], true],
    ['a flag that is true, and a path length', [yes, '020100'], true],
    ['a flag that is false', [no], false],
    ['no flag', [], false],
    ['a path length alone', ['020100'], false],
  ] as [string, string[], boolean][]) {
    it(`is that of ${isCa ? 'a CA' : 'no CA'} with ${what}`, () => {
      expect(decodeIsCa(hex(der(sequence, ...parts)))).to.equal(isCa);
    });
  }

  it('is one SEQUENCE of no more than these two, in their order', () => {
    for (const wrong of [
      '',
      yes,
      der(tags.set, yes),
      der(sequence, '010101'),
      der(sequence, yes, yes),
      der(sequence, '020100', yes),
      der(sequence, yes, '020100', '0500'),
      `${der(sequence, yes)}00`,
    ]) {
      expect(() => decodeIsCa(hex(wrong)), wrong).to.throw(DerError);
    }
  });
});

describe('Extension qcStatements', () => {
  it('has types, each with what is said by it, if anything', () => {
    const value = der(
      sequence,
      der(sequence, oid3),
      der(sequence, oid4, der(sequence, oid5)),
      der(sequence, oid5, '0500'),
    );
    const statements = decodeQcStatements(hex(value));
    expect(statements.map(({ type }) => type)).to.deep.equal(['1.2.3', '1.2.4', '1.2.5']);
    expect(statements.map(({ info }) => info && hexOf(info.bytes))).to.deep.equal([
      undefined,
      der(sequence, oid5),
      '0500',
    ]);
  });

  it('is one SEQUENCE of SEQUENCEs of no more than these two', () => {
    for (const wrong of [
      '',
      der(sequence, oid3),
      der(sequence, der(sequence)),
      der(sequence, der(sequence, '0500')),
      der(sequence, der(sequence, oid3, '0500', '0500')),
      der(sequence, der(tags.set, oid3)),
      der(tags.set, der(sequence, oid3)),
    ]) {
      expect(() => decodeQcStatements(hex(wrong)), wrong).to.throw(DerError);
    }
  });

  it('may have 50 and no more', () => {
    const one = der(sequence, oid3);
    expect(decodeQcStatements(hex(der(sequence, one.repeat(50))))).to.have.length(50);
    expect(() => decodeQcStatements(hex(der(sequence, one.repeat(51))))).to.throw('more than 50 elements');
  });
});

const text = (value: string) => hexOf(Buffer.from(value, 'latin1'));
/** A GeneralName that is an address, and one that is a host. */
const uri = (value: string) => der(0x86, text(value));
const host = (value: string) => der(0x82, text(value));
const [ocsp, caIssuers] = ['06082b06010505073001', '06082b06010505073002'];

describe('Extension authorityInfoAccess', () => {
  const access = (...descriptions: string[][]) =>
    hex(der(sequence, ...descriptions.map((parts) => der(sequence, ...parts))));

  it('has addresses for each access method, in their order', () => {
    const value = access(
      [ocsp, uri('http://one.example/')],
      [caIssuers, uri('http://ca.example/ca.crt')],
      [ocsp, uri('http://two.example/')],
      [oid3, uri('http://other.example/')],
    );
    expect(decodeAccessUrls(value, 'ocsp')).to.deep.equal(['http://one.example/', 'http://two.example/']);
    expect(decodeAccessUrls(value, 'caIssuers')).to.deep.equal(['http://ca.example/ca.crt']);
  });

  for (const [what, location, urls] of [
    ['with https', uri('https://x.example/'), ['https://x.example/']],
    ['with a scheme in capitals', uri('HTTP://x.example/'), ['HTTP://x.example/']],
    ['with another scheme', uri('ldap://x.example/'), []],
    ['of a file', uri('file:///etc/passwd'), []],
    ['without a scheme', uri('//x.example/'), []],
    ['with http within it', uri('ldap://x.example/?http://x.example/'), []],
    ['that is no URL', uri('http://'), []],
    ['that is empty', uri(''), []],
    ['that is a host', host('http://x.example/'), []],
  ] as const) {
    it(`has ${urls.length === 0 ? 'no' : 'an'} address ${what}`, () => {
      expect(decodeAccessUrls(access([ocsp, location]), 'ocsp')).to.deep.equal(urls);
    });
  }

  it('has addresses of ASCII', () => {
    expect(() => decodeAccessUrls(access([ocsp, uri('http://\xfc.example/')]), 'ocsp')).to.throw(
      DerError,
      'another alphabet',
    );
  });

  it('is one SEQUENCE of SEQUENCEs of exactly these two', () => {
    const url = uri('http://x.example/');
    for (const wrong of [[], [ocsp], [url], [url, ocsp], [ocsp, url, '0500']]) {
      expect(() => decodeAccessUrls(access(wrong), 'ocsp'), wrong.join(' ')).to.throw(DerError);
    }
    expect(() => decodeAccessUrls(hex(''), 'ocsp')).to.throw(DerError);
    expect(() => decodeAccessUrls(hex(der(tags.set, der(sequence, ocsp, url))), 'ocsp')).to.throw(DerError);
    expect(() => decodeAccessUrls(hex(der(sequence, der(tags.set, ocsp, url))), 'ocsp')).to.throw(DerError);
  });

  it('may have 50 and no more', () => {
    const descriptions = (length: number) => Array.from({ length }, () => [ocsp, uri('http://x.example/')]);
    expect(decodeAccessUrls(access(...descriptions(50)), 'ocsp')).to.have.length(50);
    expect(() => decodeAccessUrls(access(...descriptions(51)), 'ocsp')).to.throw(DerError, 'more than 50 elements');
  });
});

describe('Extension cRLDistributionPoints', () => {
  const [one, two] = [uri('http://one.example/'), uri('http://two.example/')];
  const fullName = (...names: string[]) => der(0xa0, der(0xa0, ...names));
  const points = (...all: string[][]) => hex(der(sequence, ...all.map((parts) => der(sequence, ...parts))));

  it('has the addresses of the full names, in their order', () => {
    expect(decodeCrlUrls(points([fullName(one)], [fullName(host('x'), two)]))).to.deep.equal([
      'http://one.example/',
      'http://two.example/',
    ]);
    expect(decodeCrlUrls(points([fullName(two, one)]))).to.deep.equal(['http://two.example/', 'http://one.example/']);
    expect(decodeCrlUrls(points([fullName(uri('ldap://x.example/'))]))).to.deep.equal([]);
  });

  it('has no address where a name is relative to the issuer, or there is none', () => {
    expect(decodeCrlUrls(points([der(0xa0, der(0xa1, one))], []))).to.deep.equal([]);
  });

  it('has no address of a list for some reasons only, or of another issuer', () => {
    expect(decodeCrlUrls(points([fullName(one), '81020780'], [fullName(two), der(0xa2, one)]))).to.deep.equal([]);
  });

  it('is one SEQUENCE of SEQUENCEs', () => {
    for (const wrong of [
      '',
      fullName(one),
      der(sequence, fullName(one)),
      der(tags.set, der(sequence, fullName(one))),
    ]) {
      expect(() => decodeCrlUrls(hex(wrong)), wrong).to.throw(DerError);
    }
  });

  it('may have 50 points of 50 names and no more', () => {
    expect(decodeCrlUrls(points(...Array.from({ length: 50 }, () => [fullName(one)])))).to.have.length(50);
    expect(() => decodeCrlUrls(points(...Array.from({ length: 51 }, () => [fullName(one)])))).to.throw(
      DerError,
      'more than 50 elements',
    );
    expect(decodeCrlUrls(points([fullName(one.repeat(50))]))).to.have.length(50);
    expect(() => decodeCrlUrls(points([fullName(one.repeat(51))]))).to.throw(DerError, 'more than 50 elements');
  });
});

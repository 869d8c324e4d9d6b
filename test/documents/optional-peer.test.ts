import { rejects } from 'node:assert/strict';
import { expect } from 'chai';
import { importPeer } from '../../lib/documents/optional-peer.js';
import { SmartIdInputError } from '../../lib/shared/errors.js';

describe('A library that only signed documents need', () => {
  it('is imported where it is there', async () => {
    expect(await importPeer('yauzl', () => import('yauzl'))).to.have.property('default');
  });

  it('is named with its install command where it is not', () => {
    const missing: string = 'a-package-that-nobody-has';
    return rejects(
      importPeer(missing, () => import(missing)),
      (error: unknown) => {
        expect(error).to.be.instanceOf(SmartIdInputError);
        expect(error).to.include({ field: missing, status: 500 });
        expect(error).to.have.property('message').that.contains(`npm install ${missing}`);
        return true;
      },
    );
  });

  it('tells its own fault where it has one', () =>
    rejects(
      importPeer('yauzl', () => Promise.reject(new RangeError('its own'))),
      new RangeError('its own'),
    ));
});

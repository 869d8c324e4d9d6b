const { SmartIdSigning, SmartIdStrategy } = require('passport-smart-id');
const { SmartIdClient, verifySignature } = require('passport-smart-id/client');
const { SmartIdDocuments } = require('passport-smart-id/documents');
const { smartIdHandler } = require('passport-smart-id/fetch');
const { SmartIdLogin } = require('passport-smart-id/login');
const { RedisAttemptStore } = require('passport-smart-id/redis');
const { startSimulator } = require('passport-smart-id/simulator');
const { smartIdRouter, smartIdSigningRouter } = require('passport-smart-id/web');

for (const value of [
  SmartIdStrategy,
  SmartIdSigning,
  SmartIdClient,
  SmartIdDocuments,
  SmartIdLogin,
  smartIdHandler,
  RedisAttemptStore,
  startSimulator,
  smartIdRouter,
  smartIdSigningRouter,
  verifySignature,
]) {
  if (typeof value !== 'function') throw new Error('An export is missing.');
}
console.log('require: ok');

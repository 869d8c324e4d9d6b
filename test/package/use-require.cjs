const { SmartIdStrategy } = require('passport-smart-id');
const { SmartIdClient } = require('passport-smart-id/client');
const { startSimulator } = require('passport-smart-id/simulator');
const { smartIdRouter } = require('passport-smart-id/web');

for (const value of [SmartIdStrategy, SmartIdClient, startSimulator, smartIdRouter]) {
  if (typeof value !== 'function') throw new Error('An export is missing.');
}
console.log('require: ok');

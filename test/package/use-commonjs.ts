import { SmartIdStrategy } from 'passport-smart-id';
import { SmartIdClient } from 'passport-smart-id/client';
import { RedisAttemptStore } from 'passport-smart-id/redis';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';
import words from 'passport-smart-id/words/et.json';

for (const value of [SmartIdStrategy, SmartIdClient, RedisAttemptStore, startSimulator, smartIdRouter]) {
  if (typeof value !== 'function') throw new Error('An export is missing.');
}
const language: string = words.languageName;
console.log(language === 'Eesti' && typeof module === 'object' ? 'ok' : 'This is no CommonJS.');

/** Test values published with the Smart-ID RP API 3.2.3 documentation. */

export const common = {
  schemeName: 'smart-id',
  deviceLinkBase: 'https://smart-id.com/device-link',
  sessionToken: 'wGIrqveE6AuGDATZKmR1mtAZ',
  sessionSecret: 'B98ODiVCebRedSwdTk51zFSaGYyHtY1H2A0ocAi3/Ps=',
  relyingPartyName: 'DEMO',
  brokeredRpName: 'Example RP',
  initialCallbackUrl: 'https://rp.example.com/callback-url?value=RrKjjT4aggzu27YBddX1bQ',
  lang: 'eng',
  interactions:
    'W3sidHlwZSI6ImNvbmZpcm1hdGlvbk1lc3NhZ2UiLCJkaXNwbGF5VGV4dDIwMCI6IkxvbmdlciBkZXNjcmlwdGlvbiBvZiB0aGUgdHJhbnNhY3Rpb24gY29udGV4dCJ9LHsidHlwZSI6ImRpc3BsYXlUZXh0QW5kUElOIiwiZGlzcGxheVRleHQ2MCI6IlNob3J0IGRlc2NyaXB0aW9uIG9mIHRoZSB0cmFuc2FjdGlvbiBjb250ZXh0In1d',
} as const;

export const rpChallenge = 'GYS+yoah6emAcVDNIajwSs6UB/M95XrDxMzXBUkwQJ9YFDipXXzGpPc7raWcuc2+TEoRc7WvIZ/7dU/iRXenYg==';
const digest = 'FNZFFya5wGLv9b27fZngaWrOBqle4tGwxZuDFRBdPl1RQvxJsfoqvTbjafd+8BcehMOQGvak6zlP+F8tga4bfQ==';

/** One device link each: the fields beside `common`, and the authCode that they must give. */
export const deviceLinks = [
  {
    fields: { deviceLinkType: 'Web2App', sessionType: 'auth', rpChallenge },
    authCode: 'aegUh6gCKkXBJhhvtJqSTWB5_2W8TDQt5eZ7db6krv0',
  },
  {
    fields: { deviceLinkType: 'Web2App', sessionType: 'sign', digest },
    authCode: 'R0iNcUp8nK1nqrcVFWerXUfWMSjwDOMC6MAHKrckaH8',
  },
  {
    fields: { deviceLinkType: 'Web2App', sessionType: 'cert' },
    authCode: 'PI1qYa9_l6zR-v6Pkre6ycSm7S3BGiOQSe5OQlw4UJg',
  },
  {
    fields: { deviceLinkType: 'App2App', sessionType: 'auth', rpChallenge },
    authCode: '00NRcgi4Jk7WdIwgMPlyM8wRy9KMu4C_oQvd-N6PKoo',
  },
  {
    fields: { deviceLinkType: 'App2App', sessionType: 'sign', digest },
    authCode: '8QZ16rkBW_ffkq6osT7UH1DbUlF9gEOZevgj-A0VNbM',
  },
  {
    fields: { deviceLinkType: 'App2App', sessionType: 'cert' },
    authCode: 'AtayuRPP3N59wXF8Cijwjt3pQ16knW2L-5VLDTRD_KU',
  },
  {
    fields: { deviceLinkType: 'QR', sessionType: 'auth', elapsedSeconds: 22, rpChallenge },
    authCode: 'OY1eHaD4UYedrBwtqUbSkpa0w7ttm4FllPkCD_3wlE0',
  },
  {
    fields: { deviceLinkType: 'QR', sessionType: 'sign', elapsedSeconds: 22, digest },
    authCode: '5PZVhiNDTnt1MjLz8_YCjnNtR7p0iGevaL2G1ajfMco',
  },
  {
    fields: { deviceLinkType: 'QR', sessionType: 'cert', elapsedSeconds: 22 },
    authCode: 'T5pDDPAjoMS0byqS-FoaWVjlubODXoCCF4XDB4HeYNo',
  },
] as const;

export const acspV2 = {
  schemeName: 'smart-id',
  serverRandom: 'MTlop6EXCrQ6FOErcKjxUhbV',
  rpChallenge,
  userChallenge: 'GnsWXXEjTCKR89fj9uo5u5ReBZ9JR7_pezLAI5jMS00',
  relyingPartyName: 'DEMO',
  brokeredRpName: 'Example RP',
  interactions: common.interactions,
  interactionTypeUsed: 'confirmationMessage',
  initialCallbackUrl: common.initialCallbackUrl,
  flowType: 'Web2App',
} as const;

/** Base64 of the SHA-512 of the ACSP_V2 message. */
export const acspV2Digest = 'pKOjbNl/5Fy8NfrFqsj6pSn8W8O+Ik8rM33QSsbyD3J9qDJvEm90SboUciuY4wHGWa0Pnq8BgT3NJKmJiUDfKg==';

export const callback = {
  sessionSecret: common.sessionSecret,
  sessionSecretDigest: 'U4CKK13H1XFiyBofev9asqrzIrY5_Gszi_nL_zDKkBc',
  userChallengeVerifier: 'XtPfaGa8JnGtYrJjboooUf0KfY9sMEHrWFpSQrsUv9c',
  userChallenge: 'GnsWXXEjTCKR89fj9uo5u5ReBZ9JR7_pezLAI5jMS00',
};

/**
 * The issuing CAs that Smart-ID publishes, by the SHA-256 fingerprint of their certificates (section "Certificate
 * chains").
 */

export interface PublishedAnchor {
  commonName: string;
  /** Of the DER certificate: 64 hexadecimal digits, upper case. */
  fingerprint: string;
}

export const publishedAnchors = {
  live: [
    {
      commonName: 'EID-SK 2016',
      fingerprint: 'E73F1F19A4459A6067A45E84DB585D6C1DF8F12A739D733F5B28996546F1875A',
    },
    {
      commonName: 'NQ-SK 2016',
      fingerprint: 'B5CFE6B0B2AA861A0B367C0C05395A538AD493A9DF011544A8EFC4687FDB2CC8',
    },
    {
      commonName: 'SK ID Solutions EID-Q 2024E',
      fingerprint: '95C4E7E2B5C2617E877442F4276146F8895CEE8BAA33340EFA03E45A66D62D25',
    },
    {
      commonName: 'SK ID Solutions EID-Q 2024R',
      fingerprint: 'C66244D29CF8033B1D4A6F16D8B0F9DB7B27CDABCE5AD0C05EFF70EDA1257235',
    },
    {
      commonName: 'SK ID Solutions EID-NQ 2021E',
      fingerprint: '925CD662B3CAF6C67E5481B34A7F89079FFC3587E74D2365342C1A67F30DD478',
    },
    {
      commonName: 'SK ID Solutions EID-NQ 2021R',
      fingerprint: '90A1217AEFD8B635CAAF132DCC3D76A10D6D1001521B161A25266984E8AF34EB',
    },
  ],
  demo: [
    {
      commonName: 'TEST of SK ID Solutions EID-Q 2024E',
      fingerprint: '063A4E908785A2B45FBA27A22D45D9F2BBAA9A382E5B103E1D1036832CEE6AC2',
    },
    {
      commonName: 'TEST of SK ID Solutions EID-NQ 2021E',
      fingerprint: '1EDB56BF2B6314EB26D24744542795D17CE7874B3A70C80189E35741ADC4FAF2',
    },
    // Of some accounts only, which were made before the other one.
    {
      commonName: 'TEST of SK ID Solutions EID-Q 2021E',
      fingerprint: '994477A5A63D1087BBCFA0D6721C401C8E1A778987503B0E202777B3C3CB1FF6',
    },
  ],
} as const satisfies Record<string, readonly PublishedAnchor[]>;

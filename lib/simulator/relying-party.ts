/** Who asks, and whether they may. RP API 3.2.3, "Relying party identification", "HTTP status codes". */
import type { RelyingParty } from './options.js';
import { problem } from './problem.js';
import type { CertificateRequest } from './requests/certificate.js';
import type { SessionRequest } from './requests/session-request.js';

export function relyingPartyOf(
  request: SessionRequest | CertificateRequest,
  known: readonly RelyingParty[],
): RelyingParty {
  // The service compares names without regard to case; the calculations use the name as it was sent.
  const relyingParty = known.find(
    ({ uuid, name }) =>
      uuid.toLowerCase() === request.relyingPartyUUID.toLowerCase() &&
      name.toLowerCase() === request.relyingPartyName.toLowerCase(),
  );
  if (!relyingParty) {
    throw problem(401, 'unauthorized', 'There is no relying party with this relyingPartyUUID and relyingPartyName.');
  }
  if (request.requestProperties?.shareMdClientIpAddress && !relyingParty.mayShareIpAddress) {
    throw problem(403, 'forbidden', 'The relying party may not ask for the address of the device.', {
      paramName: 'shareMdClientIpAddress',
      pointer: '/requestProperties/shareMdClientIpAddress',
    });
  }
  return relyingParty;
}

/** Who asks, and whether they may. RP API 3.2.3, "Relying party identification", "HTTP status codes". */
import type { RelyingParty } from './options.js';
import { Problem } from './problem.js';
import type { CertificateRequest } from './requests/certificate.js';
import type { SessionRequest } from './requests/session-request.js';

export function relyingPartyOf(
  request: SessionRequest | CertificateRequest,
  known: readonly RelyingParty[],
): RelyingParty {
  const ofUuid = known.filter(({ uuid }) => uuid.toLowerCase() === request.relyingPartyUUID.toLowerCase());
  if (ofUuid.length === 0) throw forbidden('Relying Party with given UUID does not exist', '/relyingPartyUUID');
  // The service compares names without regard to case; the calculations use the name as it was sent.
  const relyingParty = ofUuid.find(({ name }) => name.toLowerCase() === request.relyingPartyName.toLowerCase());
  if (!relyingParty) throw new Problem(401, 'The relyingPartyName is not one of this relyingPartyUUID.');
  checkPermissions(request, relyingParty);
  return relyingParty;
}

function checkPermissions(request: SessionRequest | CertificateRequest, relyingParty: RelyingParty): void {
  if (request.certificateLevel === 'ADVANCED' && !relyingParty.mayUseAdvanced) {
    throw forbidden('Relying Party has no permission to use accounts of the level ADVANCED', '/certificateLevel');
  }
  const { capabilities = [] } = relyingParty;
  if ('capabilities' in request && request.capabilities?.some((capability) => !capabilities.includes(capability))) {
    throw forbidden('Relying Party has no permission to use the requested capability', '/capabilities');
  }
  if (
    'requestProperties' in request &&
    request.requestProperties?.shareMdClientIpAddress &&
    !relyingParty.mayShareIpAddress
  ) {
    throw forbidden(
      'Relying Party does not have permissions to request the MD client IP address sharing',
      '/requestProperties/shareMdClientIpAddress',
    );
  }
}

function forbidden(detail: string, pointer: string): Problem {
  return new Problem(403, 'Forbidden', [{ detail, paramName: pointer.split('/').at(-1), pointer }]);
}

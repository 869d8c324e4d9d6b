/** What a faulty or lying service makes of its answers, for `simulator.faults`. */

/** A signature that is not one of the key, in an answer that has one. */
export function otherSignature(body: any): unknown {
  if (body.signature) body.signature.value = Buffer.alloc(256, 1).toString('base64');
  return body;
}

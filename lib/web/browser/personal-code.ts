/** For the compiler only: in the browser the router serves the module itself under this name. */
export { type PersonalCodeCountry, readPersonalCode } from '../personal-code.js';

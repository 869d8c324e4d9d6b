/** For the compiler only: in the browser the router serves the encoder's own file under this name. */
export { encodeQR } from 'qr';

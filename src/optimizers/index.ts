/** TFF's optimizers. */
export { type SgdmOptions, sgdm } from './sgdm.js';

/** What ended, or would have harmed, a secure aggregation. */

/**
 * - `tooFew`: fewer clients than `reconstructionThreshold` are left;
 * - `malformed`: a message is no message of this protocol, or of another length, session or recipient;
 * - `wrongStage`: a message or a call belongs to another stage, as a replayed one does;
 * - `duplicate`: a client has already sent its message of this stage;
 * - `unknownClient`: a client takes part that did not, or that is no neighbour;
 * - `tampered`: a ciphertext, a key or a share is not what its sender made;
 * - `inconsistent`: the server's list of clients contradicts what it has said before.
 */
export type SecureAggregationReason = 'tooFew' | 'malformed' | 'wrongStage' | 'duplicate' | 'unknownClient' | 'tampered' | 'inconsistent';

/** A step of the protocol was refused; nothing has changed at who refused it. */
export class SecureAggregationError extends Error {
  override readonly name = 'SecureAggregationError';
  readonly code = 'ERR_SECURE_AGGREGATION';
  readonly reason: SecureAggregationReason;

  constructor(reason: SecureAggregationReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** X25519 key pairs as raw bytes (RFC 7748), and keys that two clients agree on. */
import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import { SecureAggregationError } from './error.js';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// What comes before a raw key in its DER (RFC 8410).
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

const privateKey = (raw: Uint8Array) => createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, raw]), format: 'der', type: 'pkcs8' });
const publicKey = (raw: Uint8Array) => createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, raw]), format: 'der', type: 'spki' });

export interface KeyPair {
  readonly secret: Uint8Array;
  readonly open: Uint8Array;
}

/** The public half of a private key. */
export const openKey = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length));

export function generateKeyPair(): KeyPair {
  const secret = new Uint8Array(randomBytes(KEY_BYTES));
  return { secret, open: openKey(secret) };
}

/** The key of 32 bytes that both sides derive (HKDF-SHA256, RFC 5869), another one for every `purpose`. */
export function agree(secret: Uint8Array, open: Uint8Array, purpose: Uint8Array): Uint8Array {
  try {
    const shared = diffieHellman({ privateKey: privateKey(secret), publicKey: publicKey(open) });
    return new Uint8Array(hkdfSync('sha256', shared, new Uint8Array(0), purpose, KEY_BYTES));
  } catch (cause) {
    // OpenSSL refuses points of small order, whose agreed key everyone knows.
    throw new SecureAggregationError('tampered', 'a public key is none that keys can be agreed with', { cause });
  }
}

/** AES-256-GCM: nonce, ciphertext, tag. */
export function seal(key: Uint8Array, text: Uint8Array, header: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
  return new Uint8Array(Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]));
}

/** What `seal` has sealed. @throws Error where key, header or text is another */
export function unseal(key: Uint8Array, sealed: Uint8Array, header: Uint8Array): Uint8Array {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(header).setAuthTag(sealed.subarray(end));
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]));
}

/** How many bytes a sealed text of `length` has. */
export const sealedBytes = (length: number): number => NONCE_BYTES + length + TAG_BYTES;

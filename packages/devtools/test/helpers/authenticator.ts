import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const text = (value: string | Buffer): string => Buffer.from(value).toString('base64url');

/** Encodes the little of CBOR (RFC 8949) that passkeys need: integers, bytes, texts and maps. */
function encodeCbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  const head = (major: number, length: number): Buffer =>
    length < 24
      ? Buffer.from([(major << 5) | length])
      : length < 256
        ? Buffer.from([(major << 5) | 24, length])
        : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, each]) => [
    encodeCbor(key),
    encodeCbor(each as string),
  ]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

/** Parts of a signature. A test changes one of them. */
export interface Faults {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  /** User present 1, verified 4, attested data 64. */
  flags?: number;
  counter?: number;
  id?: string;
  rawId?: string;
  userHandle?: string;
  /** Changes the signature. */
  breaksSignature?: boolean;
}

/** A passkey in software, with ES256. */
export class Authenticator {
  readonly id: Buffer = randomBytes(32);
  readonly #origin: string;
  readonly #rpId: string;
  readonly #keys: { privateKey: KeyObject; publicKey: KeyObject };
  #counter = 0;
  userHandle = '';

  constructor(origin: string, rpId: string) {
    this.#origin = origin;
    this.#rpId = rpId;
    this.#keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  #data({ rpId = this.#rpId, flags, counter = ++this.#counter }: Faults, least: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags ?? least]), count]);
  }

  #client(type: string, challenge: string, faults: Faults): string {
    return JSON.stringify({
      type: faults.type ?? type,
      challenge: faults.challenge ?? challenge,
      origin: faults.origin ?? this.#origin,
      crossOrigin: false,
    });
  }

  /** Answers `navigator.credentials.create`. */
  create(options: { challenge: string; user: { id: string } }, faults: Faults = {}): object {
    this.userHandle = options.user.id;
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = encodeCbor(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    const authData = Buffer.concat([
      this.#data(faults, 1 | 4 | 64),
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      key,
    ]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return {
      id: faults.id ?? text(this.id),
      rawId: faults.rawId ?? text(this.id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(this.#client('webauthn.create', options.challenge, faults)),
        attestationObject: text(encodeCbor(attestation)),
        transports: ['internal'],
      },
    };
  }

  /** Answers `navigator.credentials.get`. */
  get({ challenge }: { challenge: string }, faults: Faults = {}): object {
    const authData = this.#data(faults, 1 | 4);
    const client = this.#client('webauthn.get', challenge, faults);
    const signature = createSign('sha256')
      .update(Buffer.concat([authData, sha256(client)]))
      .sign(this.#keys.privateKey);
    if (faults.breaksSignature) signature[signature.length - 1]! ^= 1;
    return {
      id: faults.id ?? text(this.id),
      rawId: faults.rawId ?? text(this.id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(client),
        authenticatorData: text(authData),
        signature: text(signature),
        userHandle: faults.userHandle ?? this.userHandle,
      },
    };
  }
}

/** kafkajs's own, as far as these requests need it. */
export interface RequestEncoder {
  writeArray(items: readonly string[]): RequestEncoder;
  writeBoolean(value: boolean): RequestEncoder;
}
export interface ResponseDecoder {
  readInt16(): number;
  readInt32(): number;
  readBoolean(): boolean;
  readString(): string | null;
  readArray<T>(read: (decoder: ResponseDecoder) => T): T[];
}
export interface ProtocolCodec {
  readonly Encoder: new () => RequestEncoder;
  readonly Decoder: new (bytes: Buffer) => ResponseDecoder;
}

/** A request as kafkajs's connections send it. */
export interface ProtocolRequest<Answer> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<RequestEncoder>;
  };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<Answer>;
    readonly parse: (answer: Answer) => Promise<Answer>;
  };
}

/** @param write after the header @param read the answer without its header */
export function protocolRequest<Answer>(
  { Encoder, Decoder }: ProtocolCodec,
  api: Omit<ProtocolRequest<Answer>['request'], 'encode'>,
  write: (encoder: RequestEncoder) => RequestEncoder,
  read: (decoder: ResponseDecoder) => Answer,
): ProtocolRequest<Answer> {
  return {
    request: { ...api, encode: () => Promise.resolve(write(new Encoder())) },
    response: {
      decode: (bytes) => Promise.resolve(read(new Decoder(bytes))),
      parse: (answer) => Promise.resolve(answer),
    },
  };
}

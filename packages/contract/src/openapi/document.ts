import type { JsonValue, Schema } from '../schema/ir.ts';

/** The parts of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) that a contract becomes. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string };
  servers?: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, OpenApiPathItem>;
  components: { schemas: Record<string, Schema>; responses: Record<string, OpenApiResponse> };
}

export type OpenApiPathItem = Partial<
  Record<'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options', OpenApiOperation>
>;

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: OpenApiParameter[];
  requestBody?: { required: boolean; content: Record<string, OpenApiMediaType> };
  responses: Record<string, OpenApiResponse | { $ref: string }>;
  /** Messages from the client and to it. */
  'x-gati-websocket'?: { receive: Schema; send: Schema };
}

export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  deprecated?: boolean;
  schema: Schema;
}

export interface OpenApiMediaType {
  schema?: Schema;
  examples?: Record<string, { value: JsonValue }>;
  /** The data of one event, where the media type is `text/event-stream`. */
  'x-gati-event'?: Schema;
}

export interface OpenApiResponse {
  description: string;
  content?: Record<string, OpenApiMediaType>;
}

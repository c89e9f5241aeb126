import type { JsonValue, Schema } from '../schema/ir.ts';

/**
 * An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as {@link toOpenApi} returns it.
 */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: OpenApiInfo;
  servers?: OpenApiServer[];
  /** Empty: an operation that names none requires nothing. */
  security: OpenApiSecurityRequirement[];
  tags: { name: string; description?: string }[];
  paths: Record<string, OpenApiPathItem>;
  components: {
    schemas: Record<string, Schema>;
    parameters: Record<string, OpenApiParameter>;
    responses: Record<string, OpenApiResponse>;
    headers: Record<string, OpenApiHeader>;
    securitySchemes?: Record<string, OpenApiSecurityScheme>;
  };
}

/** Scopes by name of a security scheme. A request must meet all of them. */
export type OpenApiSecurityRequirement = Record<string, string[]>;

/** One way in which clients authenticate. */
export interface OpenApiSecurityScheme {
  type: 'http' | 'apiKey' | 'openIdConnect';
  scheme?: 'basic' | 'bearer';
  bearerFormat?: string;
  in?: 'header' | 'query' | 'cookie';
  name?: string;
  openIdConnectUrl?: string;
  description?: string;
}

/** A reference to a part of `components`. */
export interface OpenApiReference {
  $ref: string;
}

/** General facts about the API: title, version, contact and licence. */
export interface OpenApiInfo {
  title: string;
  version: string;
  description?: string;
  termsOfService?: string;
  contact?: { name?: string; email?: string; url?: string };
  /** `identifier` is an SPDX expression. A licence has it or `url`, not both. */
  license?: { name: string; identifier?: string; url?: string };
}

/** An address below which the API is served. */
export interface OpenApiServer {
  url: string;
  description?: string;
}

/** The operations of one path, by method in lower case. */
export type OpenApiPathItem = Partial<
  Record<'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options', OpenApiOperation>
>;

/** One route. A WebSocket route is a `get`, or part of the `get` on the same path. */
export interface OpenApiOperation {
  /** Path of the route's method in the client: `payments.capture`. */
  operationId: string;
  tags: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: (OpenApiParameter | OpenApiReference)[];
  requestBody?: { required: boolean; content: Record<string, OpenApiMediaType> };
  responses: Record<string, OpenApiResponse | OpenApiReference>;
  /** Alternatives. Absent: the route declares nothing. */
  security?: OpenApiSecurityRequirement[];
  /** Messages from the client (`receive`) and to the client (`send`). */
  'x-gati-websocket'?: { receive: Schema; send: Schema };
}

/** One parameter in the path, the query or the headers. */
export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  deprecated?: boolean;
  /**
   * Schema of a value that is one string, or a list of strings in the default style of the place.
   */
  schema?: Schema;
  /** Schema of a value that is sent as JSON. A parameter has either this or `schema`. */
  content?: { 'application/json': OpenApiMediaType };
}

/** Encoding of one field of a form. */
export interface OpenApiEncoding {
  contentType?: string;
  style?: 'form';
  explode?: boolean;
}

/** The content of a body with one media type. */
export interface OpenApiMediaType {
  schema?: Schema;
  examples?: Record<string, { value: JsonValue }>;
  /** Fields of a form that are not written in the default way of its media type. */
  encoding?: Record<string, OpenApiEncoding>;
  /** `text/event-stream` only: schema of the data of one event. */
  'x-gati-event'?: Schema;
}

/** Response of a route with one status. */
export interface OpenApiResponse {
  description: string;
  headers?: Record<string, OpenApiHeader | OpenApiReference>;
  content?: Record<string, OpenApiMediaType>;
}

/** One header of a response. */
export interface OpenApiHeader {
  description?: string;
  required?: boolean;
  schema: Schema;
}

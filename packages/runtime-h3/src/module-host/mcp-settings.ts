/** Settings that the supervisor passes to the bridge, as JSON in its first argument. No secrets. */
export interface McpSettings {
  /** Command of a server on standard input and output. */
  command?: string[];
  /** Address of a server with Streamable HTTP. */
  url?: string;
  /** Headers of requests, in which `${NAME}` is an environment variable. */
  headers?: Record<string, string>;
  /** Maximum bytes of an input, and of a message of the server. */
  input: number;
  output: number;
  /** Milliseconds for the connection and the list of tools. */
  timeout: number;
}

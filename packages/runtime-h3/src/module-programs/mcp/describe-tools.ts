import type { Tool } from '@modelcontextprotocol/client';
import type { JsonSchema } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { toModuleContract } from '../../module-host/descriptor.ts';
import { toMethodName } from '../../module-host/to-method-name.ts';
import { toSemver } from '../../module-host/to-semver.ts';
import type { MethodDescriptor, ModuleDescriptor } from '../../types/foreign.ts';

/** The result of a tool without an output schema. */
const CONTENT: JsonSchema = {
  type: 'object',
  properties: {
    text: { type: 'string', description: 'All texts of the content, joined by line feeds.' },
    content: { type: 'array', items: { type: 'object', additionalProperties: true } },
  },
  required: ['text', 'content'],
};

export interface DescribedTools {
  descriptor: ModuleDescriptor;
  /** Tools by the name of their method. */
  tools: Map<string, Tool>;
}

/**
 * Makes a descriptor of the tools of an MCP server. Each tool is a method.
 *
 * @param onWarning gets a sentence for each schema that can't be read
 * @throws {Error} when two tools have the same name as a method
 */
export function describeTools(
  server: { name: string; version: string } | undefined,
  list: readonly Tool[],
  onWarning: (text: string) => void,
): DescribedTools {
  const tools = new Map<string, Tool>();
  const methods: Record<string, MethodDescriptor> = {};
  for (const tool of list) {
    const name = toMethodName(tool.name);
    if (tools.has(name)) throw new Error(`two of its tools have the name ${name}`);
    tools.set(name, tool);
    methods[name] = describeTool(tool, onWarning);
  }
  const { name = 'mcp', version = '' } = server ?? {};
  return {
    descriptor: {
      name: name.slice(0, 100) || 'mcp',
      version: toSemver(version),
      protocol: 1,
      methods,
    },
    tools,
  };
}

function describeTool(
  { name, inputSchema, outputSchema, annotations = {} }: Tool,
  onWarning: (text: string) => void,
): MethodDescriptor {
  const readable = (side: string, schema: JsonSchema): JsonSchema | undefined => {
    try {
      toModuleContract('mcp', { methods: { tool: { input: schema } } });
      return schema;
    } catch (error) {
      onWarning(`the ${side} schema of ${name} can't be read: ${(error as Error).message}`);
      return undefined;
    }
  };
  const input = takesNothing(inputSchema)
    ? undefined
    : (readable('input', inputSchema as JsonSchema) ?? { type: 'object' });
  const output =
    outputSchema === undefined ? CONTENT : readable('output', outputSchema as JsonSchema);
  const { idempotentHint, readOnlyHint } = annotations;
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...((idempotentHint === true || readOnlyHint === true) && { idempotent: true }),
  };
}

/** Whether a tool has no parameters, so that its method takes no argument. */
function takesNothing(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const { properties, additionalProperties, $ref, allOf, anyOf, oneOf } = schema;
  const isPlain = [$ref, allOf, anyOf, oneOf].every((part) => part === undefined);
  const isEmpty = properties === undefined || Object.keys(properties as object).length === 0;
  return isPlain && isEmpty && (additionalProperties === false || properties !== undefined);
}

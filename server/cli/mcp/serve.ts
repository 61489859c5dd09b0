import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import manifest from '../../../package.json';
import type { Language } from '../../../l10n/language';
import { callTool } from './call';
import { tools, type ToolInput } from './tools';

/**
 * Serves the engine to an assistant over standard input and output by the Model Context Protocol. Tools read models in the
 * folders and write nothing.
 * @param folders what may be read, as absolute paths
 */
export function serve(folders: readonly string[], language: Language): void {
  serveStdio(() => mcpServer(folders, language));
}

/** A server with all tools, for any transport. */
export function mcpServer(folders: readonly string[], language: Language): McpServer {
  const server = new McpServer(
    { name: manifest.name, version: manifest.version },
    { capabilities: { tools: {} } },
  );
  for (const tool of tools) {
    const { name, title, description } = tool;
    const inputSchema = fromJsonSchema<ToolInput>(tool.inputSchema);
    const annotations = { readOnlyHint: true, openWorldHint: false };
    server.registerTool(name, { title, description, inputSchema, annotations }, async (input: ToolInput) => {
      const { text, isError } = await callTool(tool, input, folders, language);
      return { content: [{ type: 'text' as const, text }], isError };
    });
  }
  return server;
}

/** Quoted texts, dollar-quoted texts and comments of an SQL text. */
export const QUOTED: RegExp =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$/g;

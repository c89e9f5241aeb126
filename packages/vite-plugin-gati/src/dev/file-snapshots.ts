import fs from 'node:fs';

/**
 * The texts of files that changed since the server started, as they were taken up. Code, scan and contract are made of these, never of
 * what an editor has half written meanwhile. File names are absolute, with `/`.
 */
export interface FileSnapshots {
  take(file: string, text: string | undefined): void;
  get(file: string): string | undefined;
  /** A module was made of this text. */
  use(file: string, text: string): void;
  /** The file's module was made of another text than the one taken up: it was under way when that came. */
  isBehind(file: string): boolean;
  /** Resolves when the disk has what was taken up, after at most half a second; `false` if it had something else at first. */
  agree(files: Iterable<string>): Promise<boolean>;
}

const AGREE_TIMEOUT = 500;
const INTERVAL = 10;

export function createFileSnapshots(): FileSnapshots {
  const texts = new Map<string, string>();
  const used = new Map<string, string>();

  function isOther(file: string): boolean {
    const text = texts.get(file);
    if (text === undefined) return false;
    try {
      return fs.readFileSync(file, 'utf8') !== text;
    } catch {
      return true;
    }
  }

  return {
    take(file, text) {
      if (text === undefined) texts.delete(file);
      else texts.set(file, text);
    },
    get: (file) => texts.get(file),
    use(file, text) {
      used.set(file, text);
    },
    isBehind: (file) => texts.has(file) && used.has(file) && texts.get(file) !== used.get(file),
    async agree(files) {
      const known = [...files].filter((file) => texts.has(file));
      if (!known.some(isOther)) return true;
      const end = Date.now() + AGREE_TIMEOUT;
      while (known.some(isOther) && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, INTERVAL));
      return false;
    },
  };
}

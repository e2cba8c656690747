/** The files of this repository as the house rules see them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'var', 'coverage']);
const BINARY = /\.(png|jpg|gz|tgz|ico)$/;

function walk(folder: string): string[] {
  return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}

/** What git has or would take; without git or outside a clone every file that is not built or installed. */
function list(): string[] {
  try {
    if (!existsSync('.git')) return walk('');
    const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...new Set(output.split('\0'))].filter((path) => path !== '' && existsSync(path));
  } catch {
    return walk('');
  }
}

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Made by `npm run generate` or a package manager: nobody writes or reads it by hand. */
  readonly isGenerated: boolean;
  readonly isTest: boolean;
}

const TEST = /(\.(spec|int-spec|e2e-spec|fixture|conformance)\.ts$|^test\/|^libs\/testkit\/|\/testing\/)/;

export function repositoryFiles(): SourceFile[] {
  return list()
    .filter((path) => !BINARY.test(path))
    .sort()
    .map((path) => {
      const text = readFileSync(join('.', path), 'utf8');
      const isGenerated = path === 'package-lock.json' || path.includes('/generated/') || /^\/\*\* Generated\b/.test(text);
      return { path, text, lines: text.split('\n').length - 1, isGenerated, isTest: TEST.test(path) };
    });
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../config/root.ts';

/** One page of the documentation. */
export interface DocumentationPage {
  /** From the project's root. */
  file: string;
  text: string;
  /** What stands between backticks or in a fenced block, prose left out. */
  code: { language: string; text: string }[];
}

/** Every page that people read: those at the root, and all of `docs/`. */
export function readPages(): DocumentationPage[] {
  const docs = readdirSync(join(projectRoot(), 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.toSorted()].map((file) => {
    const text = readFileSync(join(projectRoot(), file), 'utf8');
    return { file, text, code: codeOf(text) };
  });
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

function codeOf(text: string): DocumentationPage['code'] {
  const blocks = [...text.matchAll(FENCE)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
  const spans = [...text.replace(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => ({
    language: '',
    text: span.replaceAll(String.raw`\|`, '|'),
  }));
  return [...blocks, ...spans].filter(({ language }) => language !== 'mermaid');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...text.replace(FENCE, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Where the page's links and images lead, those to other sites left out. */
export function linksOf({ text }: DocumentationPage): string[] {
  return [...text.replace(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What a pattern's first group finds in the code of a page. */
export function namedIn({ code }: DocumentationPage, pattern: RegExp): string[] {
  return code.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name));
}

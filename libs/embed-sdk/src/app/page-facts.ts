/** What the server wrote into the page. */
export interface PageFacts {
  /** The app's uuid. */
  readonly app: string;
  /** The origins that may frame this page, and hear from it. */
  readonly parents: readonly string[];
}

/** Reads the page's own `<meta name="pontage-…">`. */
export function pageFacts(): PageFacts {
  return { app: fact('app') ?? '', parents: (fact('parents') ?? '').split(' ').filter((each) => each !== '') };
}

/** One fact of the page; undefined when it is not there. */
export function fact(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="pontage-${name}"]`)?.content;
}

export const problemTexts: Readonly<Record<string, string>> = {};

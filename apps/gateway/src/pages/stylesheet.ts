/** The looks of our own pages: the reader's fonts and colours. */
export const stylesheet = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
form { display: grid; gap: .5rem; margin: 1rem 0; }
label { display: grid; gap: .25rem; }
input, textarea, button { font: inherit; padding: .4rem .6rem; }
textarea { font-family: ui-monospace, monospace; min-height: 4rem; }
button { justify-self: start; }
pre { overflow: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
details { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem 0; }
summary { cursor: pointer; }
summary small { opacity: .75; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem .25rem 0; vertical-align: top; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
`;

/** The page of an embed URL that was opened in a window of its own: what only fetches it does not spend it. */
const open = (): void => document.querySelector('form')?.submit();

if ('prerendering' in document && document.prerendering === true)
  document.addEventListener('prerenderingchange', open, { once: true });
else open();

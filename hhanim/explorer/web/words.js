/* Words in the page's language. The page is built with the texts of tr("…") looked up in the language's
 * catalogue, so the text is always a literal; "…" + "…" where it is long. */

/* A text with its {places} filled in: tr("{count} spikes", { count: 3 }). */
export const tr = (text, values = {}) =>
  text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

const POINT = (0.5).toLocaleString(globalThis.document?.documentElement.lang || "en")[1];

/* A written number with the decimal separator of the page's language. */
export const decimal = (number) => String(number).replace(/(\d)\.(?=\d)/g, `$1${POINT}`);

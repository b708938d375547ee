/* The document: its elements, and how new ones are made. */

export const $ = (id) => document.getElementById(id);
export const on = (id, type, heard) => $(id).addEventListener(type, heard);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export const choices = (id, entries) =>
  $(id).replaceChildren(...entries.map(([value, text]) => make("option", { value }, text)));

/* Where the pointer, or a finger, is in an element. */
export function inside(element, { clientX, clientY }) {
  const box = element.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top];
}

/* A button that stays pressed or not. */
export const press = (id, pressed) => $(id).setAttribute("aria-pressed", pressed);

/* Set what is another: what is set anew, to the same, costs a layout. */
export function put(element, values) {
  for (const [name, value] of Object.entries(values))
    if (String(element[name]) !== String(value)) element[name] = value;
}

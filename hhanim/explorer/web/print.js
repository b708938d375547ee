/* Print: on paper everything is drawn on white, whatever the screen is like. */

import { ui } from "./settings.js";
import { applyTheme } from "./view.js";
import { drawAll } from "./views.js";

export function wirePrint(retheme) {
  const before = { theme: null };
  addEventListener("beforeprint", () => {
    before.theme = ui.theme;
    ui.theme = "light";
    applyTheme();
    drawAll(true);
  });
  addEventListener("afterprint", () => {
    ui.theme = before.theme;
    retheme();
  });
}

/* Files: the page opens none; one that is dropped would take its place. */

import { tr } from "./words.js";

export function refuseFiles(tell) {
  for (const type of ["dragover", "drop"])
    addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (type === "drop") tell("notice",
        tr("The page opens no files. A lesson becomes a page by: hhanim explore --lesson FILE"));
    });
}

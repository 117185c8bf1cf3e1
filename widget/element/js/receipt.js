// The buttons beside a receipt.

import { all } from "./platform.js";

/** Copies the look-up code, prints the page, or saves the receipt as a picture.
 *  @param {HTMLButtonElement} button @param {HTMLElement} section */
export async function press(button, section) {
  const lines = all(section, "h2,dt,dd", (line) => line.textContent);
  if (button.name == "print") print();
  else if (button.name == "picture") picture(lines);
  else {
    const note = /** @type {HTMLElement} */ (section.querySelector("[data-copied]"));
    try {
      await navigator.clipboard.writeText(lines[lines.length - 1]);
      note.textContent = note.dataset.copied || "";
    } catch (error) {
      // No clipboard outside secure contexts.
      note.textContent = note.dataset.failed || "";
    }
  }
}

/** Draws a title and then lines of label and text by turns, and offers them as a file.
 *  @param {string[]} lines */
function picture(lines) {
  const canvas = document.createElement("canvas");
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  canvas.width = 1000;
  canvas.height = 120 + 45 * lines.length;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#1b1f24";
  pen.font = "30px sans-serif";
  lines.forEach((line, place) => pen.fillText(line, place && place % 2 == 0 ? 320 : 40, 80 + 90 * ((place + 1) >> 1)));
  const link = document.createElement("a");
  link.href = canvas.toDataURL();
  link.download = "haochaping.png";
  link.click();
}

"use strict";
const form = document.getElementById("filter");
if (form) {
  form.hidden = false;
  const update = () => {
    const kinds = new Set(Array.from(form.querySelectorAll("[name=kind]:checked"), box => box.value));
    const minimum = Number(form.elements.minimum.value);
    const doubts = form.elements.doubts?.checked ?? true;
    form.elements.shown.value = minimum.toFixed(2);
    for (const note of document.querySelectorAll(".note")) {
      note.classList.toggle("off", !kinds.has(note.dataset.kind) || Number(note.dataset.chance) < minimum ||
        (!doubts && note.classList.contains("doubt")));
    }
    for (const mark of document.querySelectorAll("mark")) {
      const off = !mark.querySelector(".note:not(.off)");
      mark.classList.toggle("off", off);
      mark.tabIndex = off ? -1 : 0;
    }
  };
  form.addEventListener("input", update);
  update();
}
const keepInView = event => {
  const tip = event.target instanceof Element && event.target.closest("mark")?.querySelector(".tip");
  if (!tip || getComputedStyle(tip).position === "fixed") return;
  tip.style.left = "0";
  const over = tip.getBoundingClientRect().right - document.documentElement.clientWidth + 12;
  if (over > 0) tip.style.left = `${-over}px`;
};
document.addEventListener("mouseover", keepInView);
document.addEventListener("focusin", keepInView);
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && document.activeElement instanceof HTMLElement) document.activeElement.blur();
});

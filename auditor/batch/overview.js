"use strict";
for (const head of document.querySelectorAll("th[data-sort]")) {
  head.querySelector("button").addEventListener("click", () => {
    const bodies = Array.from(head.closest("table").tBodies, (body) => [body, body.rows.length]);
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = head.dataset.sort === "number"
      ? (row) => Number(row.cells[head.cellIndex].dataset.value)
      : (row) => row.cells[head.cellIndex].textContent;
    const compare = head.dataset.sort === "number"
      ? (a, b) => a[0] - b[0]
      : ((collator) => (a, b) => collator.compare(a[0], b[0]))(new Intl.Collator("en", { numeric: true }));
    const rows = bodies.flatMap(([body]) => Array.from(body.rows, (row) => [key(row), row])).sort(compare);
    if (!up) rows.reverse();
    for (const [body, length] of bodies) body.append(...rows.splice(0, length).map(([, row]) => row));
  });
}

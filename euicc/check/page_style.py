"""Style sheet and script of the report's page, behind those of a trace's page."""

from __future__ import annotations

STYLE = """
:root { --quiet: #6c757f; --quiet-ground: #eef0f2; --ok-ground: #e6f4ec; --warning-ground: #fdf3dc;
  --trouble-ground: #fbe3e1; }
@media (prefers-color-scheme: dark) { :root { --quiet: #a1aab3; --quiet-ground: #262b31; --ok-ground: #17301f;
  --warning-ground: #352b12; --trouble-ground: #43201f; } }
.counts { margin: 6px 0 10px; display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; }
.badge { display: inline-block; padding: 1px 8px; border-radius: 10px; font-size: 12px; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.badge.passed { color: var(--ok); background: var(--ok-ground); }
.badge.failed { color: var(--error); background: var(--trouble-ground); font-weight: 600; }
.badge.wrong { color: var(--warning); background: var(--warning-ground); font-weight: 600; }
.badge.inapplicable, .badge.skipped { color: var(--quiet); background: var(--quiet-ground); }
.when { color: var(--faint); }
.card { margin: 8px 0 18px; display: grid; gap: 2px; }
.card div { display: grid; grid-template-columns: 90px minmax(0, 1fr); gap: 12px; }
.card dt { color: var(--faint); } .card dd { margin: 0; overflow-wrap: anywhere; }
h2.part { margin: 22px 0 8px; font-size: 15px; letter-spacing: 0; text-transform: none; color: var(--ink); }
.left { color: var(--warning); }
.fine { color: var(--ok); font-weight: 600; }
details.case, details.area { margin: 6px 0; }
details.case.failed { border-left-color: var(--error); } details.case.wrong { border-left-color: var(--warning); }
.case > summary, .area > summary { display: flex; flex-wrap: wrap; gap: 4px 12px; padding: 8px 12px; }
.case > summary .title { font-weight: 600; flex: 1 1 300px; }
.area > summary .id { min-width: 130px; font-weight: 600; color: var(--ink); }
.id { color: var(--faint); font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12px; }
.sections { color: var(--faint); font-size: 12px; }
.found { border-top: 1px solid var(--line); padding: 6px 12px 10px; }
.found .reason { margin: 6px 0 10px; color: var(--error); font-weight: 600; overflow-wrap: anywhere; }
.wrong .found .reason { color: var(--warning); }
.found details { background: var(--ground); } .found details.error { background: var(--error-ground); }
.area ul { list-style: none; margin: 0; padding: 0 12px 8px; border-top: 1px solid var(--line); }
.row { display: grid; grid-template-columns: 118px minmax(0, 1fr) minmax(0, 220px) minmax(0, 200px);
  gap: 2px 12px; padding: 5px 0; align-items: baseline; border-bottom: 1px solid var(--line); }
.row:last-child { border-bottom: 0; } .row .badge { justify-self: start; }
.row .id, .row .sections { overflow-wrap: anywhere; }
.row .reason { grid-column: 2 / -1; color: var(--faint); overflow-wrap: anywhere; }
.row.failed .reason { color: var(--error); } .row.wrong .reason { color: var(--warning); }
.row[hidden] { display: none; }
@media (max-width: 760px) { .row { grid-template-columns: minmax(0, 1fr); } .row .reason { grid-column: 1; } }
"""

SCRIPT = """
(() => {
  const rows = [...document.querySelectorAll(".row, details.case")], areas = document.querySelectorAll("details.area");
  const texts = rows.map((each) => each.textContent.toLowerCase());
  const filter = document.getElementById("filter"), count = document.getElementById("count");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0, all = 0;
    rows.forEach((each, at) => {
      each.hidden = !words.every((word) => texts[at].includes(word));
      if (each.classList.contains("row")) { all += 1; shown += !each.hidden; }
    });
    for (const area of areas) {
      const some = area.querySelector(".row:not([hidden])") !== null;
      area.hidden = !some;
      area.open = some && words.length > 0;
    }
    count.textContent = words.length ? `${shown} of ${all}` : "";
  });
})();
"""

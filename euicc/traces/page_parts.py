"""Style sheet and script of the HTML page, which carries them inside."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --ground: #fbfbfa; --panel: #ffffff; --ink: #1d2126; --faint: #6c757f; --line: #e3e5e8;
  --accent: #0b63b5; --ok: #2f7d4f; --warning: #9a6700; --error: #c4302b; --error-ground: #fdf1f0; --code: #f4f5f7; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #14171a; --panel: #1b1f24; --ink: #e2e6ea; --faint: #8b949e; --line: #2c3238;
  --accent: #6cb2ff; --ok: #6fcf97; --warning: #e3b341; --error: #ff7b72; --error-ground: #2b1b1c; --code: #14181c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
header { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line);
  padding: 14px 24px 12px; }
h1 { margin: 0; font-size: 18px; } header p { margin: 2px 0 10px; color: var(--faint); }
.tools { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; }
.tools input[type=search] { flex: 1 1 280px; max-width: 520px; padding: 6px 10px; font: inherit; color: inherit;
  background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: 5px 10px; cursor: pointer; } button:hover { border-color: var(--accent); }
output { color: var(--faint); }
main { padding: 10px 24px 60px; }
details { background: var(--panel); border: 1px solid var(--line); border-left: 3px solid transparent;
  border-radius: 6px; margin: 3px 0; }
details.es10 { border-left-color: var(--accent); } details.warning { border-left-color: var(--warning); }
details.error { border-left-color: var(--error); background: var(--error-ground); }
details.undecoded { border-left-style: dashed; border-left-color: var(--error); }
details[hidden] { display: none; }
summary { display: grid; grid-template-columns: 44px 68px 68px 22px 84px minmax(0, 1fr) minmax(0, auto);
  gap: 10px; padding: 5px 12px; cursor: pointer; list-style: none; align-items: baseline; }
summary::-webkit-details-marker { display: none; }
summary:hover .words { color: var(--accent); }
.number, .time, .took, .channel { color: var(--faint); text-align: right; font-variant-numeric: tabular-nums; }
.application { color: var(--faint); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.words { font-weight: 600; overflow-wrap: anywhere; }
.status { text-align: right; color: var(--ok); font-variant-numeric: tabular-nums; }
.warning .status { color: var(--warning); } .error .status { color: var(--error); }
.inside { border-top: 1px solid var(--line); padding: 6px 16px 12px; }
h2 { margin: 10px 0 2px; font-size: 11px; letter-spacing: .06em; text-transform: uppercase; color: var(--faint); }
.tree, .tree ul { list-style: none; margin: 0; padding: 0; } .tree ul { padding-left: 18px;
  border-left: 1px solid var(--line); margin-left: 4px; }
.name { color: var(--accent); } .value { overflow-wrap: anywhere; }
li.error > .value, li.undecoded > .value { color: var(--error); font-weight: 600; }
.full { margin: 8px 0 0; color: var(--faint); }
.bytes { margin: 0; padding: 8px 10px; background: var(--code); border-radius: 5px; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
@media (max-width: 760px) { main, header { padding-left: 10px; padding-right: 10px; }
  summary { grid-template-columns: 36px 22px minmax(0, 1fr); } .time, .took, .application { display: none; }
  .status { grid-column: 3; text-align: left; } }
@media print { header { position: static; } .tools { display: none; } }
"""

SCRIPT = """
(() => {
  const all = [...document.querySelectorAll("details")];
  const texts = all.map((each) => each.textContent.toLowerCase());
  const filter = document.getElementById("filter"), es10 = document.getElementById("es10");
  const trouble = document.getElementById("trouble"), count = document.getElementById("count");
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    all.forEach((each, at) => {
      const fits = words.every((word) => texts[at].includes(word))
        && (!es10.checked || each.classList.contains("es10"))
        && (!trouble.checked || each.classList.contains("error") || each.classList.contains("undecoded"));
      each.hidden = !fits;
      shown += fits;
    });
    count.textContent = shown === all.length ? "" : `${shown} of ${all.length}`;
  };
  for (const control of [filter, es10, trouble]) control.addEventListener("input", apply);
  const set = (open) => all.forEach((each) => { if (!each.hidden) each.open = open; });
  document.getElementById("open").addEventListener("click", () => set(true));
  document.getElementById("close").addEventListener("click", () => set(false));
  if (location.hash) { const target = document.querySelector(location.hash); if (target) target.open = true; }
})();
"""

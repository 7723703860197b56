// Elements, words and figures. Everything that comes from a run is set as text, never as markup.

const byId = (id) => document.getElementById(id);
const read = (id) => JSON.parse(byId(id).textContent);
const RUN = read("run");
const TEXTS = read("texts");
const NAMES = read("names");
const SVG = "http://www.w3.org/2000/svg";

const kept = (name) => {
  try { return localStorage.getItem(`cockpit-report-${name}`); } catch { return null; }
};
const keep = (name, value) => {
  try { localStorage.setItem(`cockpit-report-${name}`, value); } catch { /* a browser may forbid it to files */ }
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const choice = {
  lang: kept("lang") ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  theme: kept("theme") ?? "auto",
};

function words(key, values = {}) {
  const text = TEXTS[choice.lang][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const locale = () => (choice.lang === "zh" ? "zh-CN" : "en-GB");
function number(value, digits = null) {
  if (value === null || value === undefined) return "–";
  const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: places }).format(value);
}
const ms = (value) => (value === null || value === undefined ? "–" : `${number(value, value < 10 ? 1 : 0)} ms`);
const seconds = (value) => (value < 120 ? `${number(value, 1)} s` : `${number(value / 60, 1)} min`);
const at = (value) => value.toFixed(3);
const date = (value) => new Date(value).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
const percent = (now, before) => {
  if (!before || now === null) return "";
  const change = (100 * (now - before)) / before;
  return `${change > 0 ? "+" : ""}${number(change, Math.abs(change) < 10 ? 1 : 0)} %`;
};

const sign = (ok, level = "must") => (ok ? "✓" : level === "should" ? "!" : "✗");
const tone = (ok, level = "must") => (ok ? "ok" : level === "should" ? "warn" : "bad");
const verdict = (ok, level = "must") =>
  el("span", { class: `mark ${tone(ok, level)}`, role: "img", "aria-label": words(ok ? "passed" : "failed") }, sign(ok, level));

// Columns are [heading, class]; rows are arrays of what el() takes.
function table(columns, rows, label) {
  const cell = (tag, content, place, more = {}) => el(tag, { class: columns[place][1], ...more }, content);
  const head = columns.map(([heading], place) => cell("th", heading, place, { scope: "col" }));
  const lines = rows.map((row) => (row instanceof Node ? row : el("tr", {}, row.map((of, place) => cell("td", of, place)))));
  return el("div", { class: "scroll" }, el("table", { "aria-label": label }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, lines)));
}

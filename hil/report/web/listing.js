// The scenarios: filtered by text, verdict, level, language and tag, sorted, each opened where it stands.

const filter = { text: "", status: "all", level: "", lang: "", tag: "", sort: "file" };
const opened = new Set();

function matches(scenario) {
  const text = [scenario.id, scenario.title, scenario.file, scenario.why, ...scenario.tags].join(" ").toLowerCase();
  const unsteady = scenario.attempts.some(Boolean) && !scenario.attempts.every(Boolean);
  const status = { all: true, failed: !scenario.passed, passed: scenario.passed, unsteady,
    changed: ["new failure", "fixed", "new"].includes(scenario.became) || scenario.moved.length > 0 }[filter.status];
  return status && filter.text.toLowerCase().split(/\s+/).every((word) => text.includes(word)) && (!filter.level || scenario.level === filter.level)
    && (!filter.lang || scenario.lang.split(" ").includes(filter.lang)) && (!filter.tag || scenario.tags.includes(filter.tag));
}

const ORDERS = { file: () => 0, failed: (a, b) => a.passed - b.passed, slow: (a, b) => b.took_s / b.attempts.length - a.took_s / a.attempts.length,
  name: (a, b) => a.id.localeCompare(b.id) };

function filters() {
  const change = (name) => (event) => { filter[name] = event.target.value; list(); };
  const select = (name, options) => el("select", { "aria-label": words(`filter_${name}`), onchange: change(name) },
    options.map(([of, text]) => el("option", { value: of, selected: filter[name] === of }, text)));
  const tags = [...new Set(RUN.scenarios.flatMap((one) => one.tags))].sort();
  const statuses = ["all", "failed", "passed", ...(RUN.scenarios.some((one) => one.attempts.length > 1) ? ["unsteady"] : []), ...(RUN.comparison.runs.length ? ["changed"] : [])];
  const buttons = statuses.map((of) => el("button", { type: "button", "data-status": of, "aria-pressed": String(filter.status === of), onclick: () => {
    filter.status = of;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.status === of));
    list();
  } }, words(`status_${of}`)));
  return el("div", { class: "filters", role: "search" },
    el("input", { type: "search", id: "search", placeholder: words("search"), "aria-label": words("search"), value: filter.text, oninput: change("text") }),
    el("span", { class: "group", role: "group", "aria-label": words("filter_status") }, buttons),
    select("level", [["", words("any_level")], ["must", words("must")], ["should", words("should")]]),
    select("lang", [["", words("any_language")], ["zh", words("lang_zh")], ["en", words("lang_en")]]),
    select("tag", [["", words("any_tag")], ...tags.map((tag) => [tag, tag])]),
    select("sort", Object.keys(ORDERS).map((of) => [of, words(`sort_${of}`)])),
    el("span", { id: "count", class: "small muted", role: "status" }));
}

function list() {
  const shown = RUN.scenarios.map((scenario, place) => [scenario, place]).filter(([scenario]) => matches(scenario)).sort(([a], [b]) => ORDERS[filter.sort](a, b));
  byId("count").textContent = words("count", { n: shown.length, of: RUN.scenarios.length });
  byId("rows").replaceChildren(...shown.map(([scenario, place]) => row(scenario, place)), shown.length ? "" : el("p", { class: "muted" }, words("none_match")));
}

function row(scenario, place) {
  const box = el("details", { class: "scenario", id: scenario.id, "data-passed": String(scenario.passed), "data-level": scenario.level }, summary(scenario));
  const open = () => { if (box.open && box.children.length === 1) box.append(details(scenario, place)); };
  box.addEventListener("toggle", () => { opened[box.open ? "add" : "delete"](scenario.id); open(); });
  box.open = opened.has(scenario.id);
  return box;
}

function summary(scenario) {
  const dots = el("span", { class: `dots ${tone(scenario.passed, scenario.level)}`, role: "img", "aria-label": words("passed_of", { n: scenario.attempts.filter(Boolean).length, of: scenario.attempts.length }) },
    scenario.attempts.map((ok) => (ok ? "●" : "○")).join(""));
  const notes = [[scenario.claims[0] < scenario.claims[1], "false_claim", "bad"], [scenario.became === "new failure", "new_failure", "bad"], [scenario.became === "fixed", "is_fixed", "ok"],
    [scenario.became === "new", "is_new", "warn"], [scenario.moved.includes("slower"), "slower", "warn"], [scenario.moved.includes("faster"), "faster", "ok"]];
  const before = scenario.earlier.filter(Boolean).map(([good, all]) => `${good}/${all}`).join(" ");
  return el("summary", {}, verdict(scenario.passed, scenario.level),
    el("span", { class: "name" }, scenario.title, el("span", { class: "meta" }, el("code", {}, scenario.id), scenario.level === "should" ? el("span", { class: "tag" }, words("should")) : null,
      scenario.tags.map((tag) => el("span", { class: "tag" }, tag)), notes.filter(([is]) => is).map(([, key, kind]) => el("span", { class: `badge small ${kind}` }, words(key))))),
    el("span", { class: "right" }, dots, " ", el("span", { class: "small muted" }, seconds(scenario.took_s), before ? ` · ${words("before")} ${before}` : "")),
    scenario.passed || !scenario.why ? null : el("span", { class: "why" }, scenario.why));
}

function openScenario(id) {
  if (!RUN.scenarios.some((one) => one.id === id)) return;
  opened.add(id);
  if (!byId(id)) {
    Object.assign(filter, { text: "", status: "all", level: "", lang: "", tag: "" });
    render();
  }
  byId(id).open = true;
  byId(id).scrollIntoView();
}

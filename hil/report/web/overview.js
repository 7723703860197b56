// The head of the page: whether the run passed and why not, budgets, times of the stages, and what changed.

function head() {
  const pick = (name, options) => el("span", { class: "group", role: "group", "aria-label": words(name) }, options.map(([value_, text]) =>
    el("button", { type: "button", "aria-pressed": String(choice[name] === value_), onclick: () => { choice[name] = value_; keep(name, value_); render(); } }, text)));
  document.title = `${words(RUN.passed ? "passed" : "failed")} · ${RUN.rig} · cockpit hil`;
  return [
    el("div", { class: "top" }, el("h1", {}, words("title", { rig: RUN.rig })),
      el("span", { class: `badge ${tone(RUN.passed)}` }, `${sign(RUN.passed)} ${words(RUN.passed ? "passed" : "failed")}`),
      el("div", { class: "switches" }, pick("lang", [["zh", "中文"], ["en", "English"]]),
        pick("theme", [["auto", words("theme_auto")], ["light", words("theme_light")], ["dark", words("theme_dark")]]))),
    el("p", { class: "muted" }, `${words("build")} ${RUN.build} · ${date(RUN.began)} · ${seconds(RUN.took_s)}`),
  ];
}

function cards() {
  const { scenarios } = RUN;
  const sum = (of, part) => scenarios.reduce((all, one) => all + one[of][part], 0);
  const card = (label, good, all, level = "must") => el("div", { class: `card ${tone(good === all, level)}` }, el("b", {}, `${number(good)} / ${number(all)}`), el("span", {}, label));
  const of = (level) => scenarios.filter((one) => one.level === level);
  const passed = (all) => all.filter((one) => one.passed).length;
  const times = scenarios.flatMap(({ attempts }) => attempts);
  return el("div", { class: "cards" },
    card(words("card_must"), passed(of("must")), of("must").length),
    of("should").length ? card(words("card_should"), passed(of("should")), of("should").length, "should") : null,
    card(words("card_attempts"), times.filter(Boolean).length, times.length, "should"),
    card(words("card_claims"), sum("claims", 0), sum("claims", 1)),
    card(words("card_findings"), sum("findings", 0), sum("findings", 1), "should"),
    card(words("card_budgets"), RUN.figures.filter(({ ok }) => ok).length, RUN.figures.length));
}

const link = (id, text) => el("a", { href: `#${encodeURIComponent(id)}`, onclick: () => openScenario(id) }, text ?? id);

const MOST_REASONS = 12;

function reasons() {
  if (RUN.passed) return null;
  const failing = RUN.scenarios.filter((one) => one.claims[0] < one.claims[1] || (!one.passed && one.level === "must"));
  const gravity = (one) => (one.claims[0] < one.claims[1] ? 0 : 1);
  failing.sort((a, b) => gravity(a) - gravity(b));
  const budgets = RUN.figures.filter(({ ok }) => !ok);
  const lines = [
    ...failing.map((one) => el("li", {}, verdict(false), " ", link(one.id), ` ${one.claims[0] < one.claims[1] ? words("claim_is_false") : ""} `, el("span", { class: "muted" }, one.why))),
    ...budgets.map((one) => el("li", {}, verdict(false), ` ${one.name}: ${one.value === null ? words("not_measured") : words("over", { value: number(one.value), limit: number(one.limit), unit: one.unit })}`)),
    ...(RUN.scenarios.length ? [] : [el("li", {}, words("no_scenarios"))]),
  ];
  return el("section", { class: "panel bad", id: "why" }, el("h2", {}, words("why")), el("ul", { class: "plain" }, lines.slice(0, MOST_REASONS),
    lines.length > MOST_REASONS ? el("li", { class: "muted" }, words("and_more", { n: lines.length - MOST_REASONS })) : null));
}

function bar(share, limit, kind) {
  const most = Math.max(share, limit ?? 0, 1e-9) * 1.05;
  const width = (of) => `${(100 * of) / most}%`;
  return el("div", { class: `bar ${kind}`, "aria-hidden": "true" }, el("i", { style: `width:${width(share)}` }), limit === null ? null : el("u", { style: `left:${width(limit)}` }));
}

function budgets() {
  if (!RUN.figures.length) return null;
  const earlier = RUN.comparison.runs.length > 0;
  const columns = [["", "tight"], [words("figure"), ""], [words("value"), "n"], [words("limit"), "n"], ["", ""], ...(earlier ? [[words("before"), "n"], [words("change"), "n"]] : [])];
  const lines = RUN.figures.map((one) => {
    const before = one.earlier.filter((of) => of !== null).at(-1) ?? null;
    return [verdict(one.ok), one.name, one.value === null ? el("span", { class: "bad" }, words("not_measured")) : `${number(one.value)} ${one.unit}`,
      one.limit === null ? "–" : `${number(one.limit)} ${one.unit}`, one.value === null || one.limit === null ? "" : bar(one.value, one.limit, tone(one.ok)),
      ...(earlier ? [before === null ? "–" : `${number(before)}`, percent(one.value, before)] : [])];
  });
  return el("section", { class: "panel" }, el("h2", {}, words("budgets")), table(columns, lines, words("budgets")));
}

function stages() {
  if (!RUN.stages.length) return null;
  const most = Math.max(...RUN.stages.map(({ p95 }) => p95));
  const earlier = RUN.comparison.runs.length > 0;
  const columns = [[words("language"), "tight"], [words("stage"), ""], [words("turns"), "n"], [words("median"), "n"], [words("p95"), "n"], ["", ""], ...(earlier ? [[words("before"), "n"], [words("change"), "n"]] : [])];
  const lines = RUN.stages.map((one) => [one.lang ? words(`lang_${one.lang}`) : "–", words(`stage_${one.stage}`), number(one.count), ms(one.median), ms(one.p95),
    el("div", { class: "bar plain", "aria-hidden": "true" }, el("i", { style: `width:${(100 * one.median) / most}%` }), el("u", { style: `left:${Math.min(99, (100 * one.p95) / most)}%` })),
    ...(earlier ? [ms(one.earlier), percent(one.median, one.earlier)] : [])]);
  return el("section", { class: "panel" }, el("h2", {}, words("stages")), el("p", { class: "small muted" }, words("stages_note")), table(columns, lines, words("stages")));
}

function comparison() {
  const { runs, gone, shifts, moved, compared } = RUN.comparison;
  if (!runs.length) return null;
  const named = (kind, key) => {
    const ids = RUN.scenarios.filter(({ became }) => became === kind).map(({ id }) => id);
    return ids.length ? el("li", {}, el("b", {}, `${words(key)} (${ids.length}): `), ids.flatMap((id, n) => [n ? ", " : "", link(id)])) : null;
  };
  const history = runs.map((one) => [verdict(one.passed), date(one.began), one.build, `${one.scenarios[0]} / ${one.scenarios[1]}`]);
  const columns = [[words("scenario"), "tight"], [words("measure"), "text"], [words("before"), "n"], [words("now"), "n"], [words("noise"), "n"], [words("change"), "n"]];
  const lines = shifts.map((one) => [link(one.scenario), one.what, ms(one.earlier), ms(one.now), `± ${ms(one.noise)}`,
    el("span", { class: one.moved === "slower" ? "bad" : "ok" }, `${one.moved === "slower" ? "▲" : "▼"} ${percent(one.now, one.earlier)}`)]);
  return el("section", { class: "panel", id: "comparison" }, el("h2", {}, words("comparison", { n: runs.length })),
    el("ul", { class: "plain" }, named("new failure", "new_failures"), named("still failing", "still_failing"), named("fixed", "fixed"), named("new", "new_scenarios"),
      gone.length ? el("li", {}, el("b", {}, `${words("gone")} (${gone.length}): `), gone.join(", ")) : null),
    el("p", { class: "small muted" }, words("moved_note", { moved, compared })),
    lines.length ? table(columns, lines, words("changes")) : null,
    el("h3", {}, words("earlier_runs")), table([["", "tight"], [words("date"), "tight"], [words("build"), ""], [words("scenarios_passed"), "n"]], history, words("earlier_runs")));
}

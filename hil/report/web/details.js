// The inside of one scenario: attempts side by side, the timeline of one of them, its sounds, claims and entries.

function details(scenario, place) {
  const { attempts } = read(`scenario-${place}`);
  const first = Math.max(0, attempts.findIndex(({ passed }) => !passed));
  const tabs = attempts.map((attempt, n) => el("button", { type: "button", role: "tab", id: `tab-${place}-${n}`, "aria-controls": `attempt-${place}`,
    onclick: () => show(n) }, `${sign(attempt.passed)} ${words("attempt", { n: attempt.number })}, ${seconds(attempt.took_s)}`));
  const panel = el("div", { role: "tabpanel", id: `attempt-${place}` });
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": words("attempts"), onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) show((tabs.indexOf(event.target) + step + tabs.length) % tabs.length, true);
  } }, tabs);
  const show = (n, focus = false) => {
    tabs.forEach((tab, other) => { tab.setAttribute("aria-selected", other === n); tab.tabIndex = other === n ? 0 : -1; });
    if (focus) tabs[n].focus();
    panel.setAttribute("aria-labelledby", `tab-${place}-${n}`);
    panel.replaceChildren(...attemptParts(attempts[n]));
  };
  if (attempts.length) show(first);
  const about = el("p", { class: "small muted" }, `${scenario.file} · ${words(scenario.level)}`);
  return el("div", { class: "body" }, about, expectations(attempts), claims(attempts), attempts.length > 1 ? list : null, panel);
}

// One row an expectation, one column an attempt.
function expectations(attempts) {
  const rows = new Map();
  attempts.forEach((attempt, n) => attempt.findings.forEach((finding) => {
    const key = `${finding.step} ${finding.level} ${finding.wanted}`;
    if (!rows.has(key)) rows.set(key, { finding, cells: attempts.map(() => []) });
    rows.get(key).cells[n].push(finding);
  }));
  if (!rows.size) return null;
  const cell = (finding) => el("div", {}, verdict(finding.ok, finding.level), ` ${finding.took_ms === null ? "" : ms(finding.took_ms)}`,
    finding.ok || !finding.got ? null : el("div", { class: "small" }, `${words("got")} ${finding.got}`));
  const columns = [[words("step"), "n tight"], [words("expectation"), "text"],
    ...attempts.map((attempt) => [attempts.length > 1 ? words("attempt", { n: attempt.number }) : words("result"), "cell"])];
  const lines = [...rows.values()].map(({ finding, cells }) => [String(finding.step), [finding.wanted, " ", wish(finding)], ...cells.map((of) => of.map(cell))]);
  return el("section", {}, el("h3", {}, words("expectations")), table(columns, lines, words("expectations")));
}

const wish = ({ level, budget_ms }) => [level === "should" ? el("span", { class: "tag" }, words("should")) : null,
  budget_ms === null ? null : el("span", { class: "small muted" }, ` ${words("within", { ms: ms(budget_ms) })}`)];

// False ones first.
function claims(attempts) {
  const all = attempts.flatMap((attempt) => attempt.claims.map((claim) => ({ ...claim, attempt: attempt.number })));
  if (!all.length) return null;
  const columns = [["", "tight"], [words("attempt_short"), "n tight"], [words("at"), "n tight"], [words("reply"), "text"], [words("claimed"), "text"], [words("shown"), "text"]];
  const lines = all.sort((a, b) => a.ok - b.ok).map((claim) => [verdict(claim.ok), String(claim.attempt), at(claim.at_s), claim.text, claim.claimed, claim.shown || "–"]);
  const wrong = all.filter(({ ok }) => !ok).length;
  const title = wrong ? words("claims_false", { n: wrong, of: all.length }) : words("claims_true", { n: all.length });
  return el("details", { class: "inner", open: wrong > 0 }, el("summary", { class: wrong ? "bad" : "" }, title), table(columns, lines, words("claims")));
}

function attemptParts(attempt) {
  const raw = el("div", { role: "region", "aria-label": words("chosen") });
  const timeline = new Timeline(attempt, (item, beside) => raw.replaceChildren(...beside.slice(0, 5).map(rawItem)));
  return [
    attempt.error ? el("p", { class: "panel bad" }, attempt.error) : null,
    el("h3", {}, words("timeline")), timeline.items.length ? timeline.node : el("p", { class: "muted" }, words("nothing_seen")),
    raw, sounds(timeline), entries(attempt, timeline),
  ].filter(Boolean);
}

function rawItem(item) {
  const head = `${at(item.at)} s · ${words(`lane_${item.lane}`)} · ${item.name ?? item.title}`;
  return el("pre", {}, `${head}\n${JSON.stringify(item.data, null, 1)}`);
}

function sounds(timeline) {
  const heard = timeline.items.filter(({ lane }) => lane === "audio");
  if (!heard.length) return null;
  const players = heard.map((item) => {
    const { src, inside } = item.data.sound ? read(`sound-${item.data.sound}`) : { src: "" };
    const title = `${words(`sound_${item.title}`).replace(/^sound_/, "")} · ${item.text}`;
    const note = src ? (inside ? "" : ` · ${words("beside")}`) : ` · ${words("missing_sound")}`;
    return el("figure", {}, el("figcaption", { class: "small" }, title, el("span", { class: "muted" }, note)), src ? player(item, src, title, timeline) : null);
  });
  return el("section", {}, el("h3", {}, words("sounds")), el("div", { class: "sounds" }, players));
}

function player(item, src, title, timeline) {
  const audio = el("audio", { controls: true, preload: "metadata", src, "aria-label": title });
  const follow = () => {
    timeline.play(item.at + audio.currentTime);
    if (!audio.paused && !audio.ended) requestAnimationFrame(follow);
  };
  for (const name of ["play", "seeked"]) audio.addEventListener(name, follow);
  audio.addEventListener("ended", () => timeline.play(null));
  return audio;
}

function entries(attempt, timeline) {
  const gone = attempt.left_out;
  const hidden = attempt.seen - attempt.entries.length;
  const box = el("details", { class: "inner" }, el("summary", {}, words(hidden ? "entries_thinned" : "entries", { n: attempt.entries.length, of: attempt.seen })));
  box.addEventListener("toggle", () => box.children.length === 1 && box.append(...entryTables(timeline, gone)));
  return box;
}

function entryTables(timeline, gone) {
  const columns = [[words("at"), "n tight"], [words("lane"), "tight"], [words("name"), "text"], [words("content"), "text"]];
  const rows = timeline.items.filter((item) => item.place !== undefined).map((item) => {
    const choose = () => { timeline.choose(item); timeline.node.scrollIntoView({ block: "nearest" }); };
    return el("tr", { class: "entry", tabindex: "0", onclick: choose, onkeydown: (event) => event.key === "Enter" && choose() },
      el("td", { class: "n tight" }, at(item.at)), el("td", { class: "tight" }, words(`lane_${item.lane}`)), el("td", { class: "text" }, item.title),
      el("td", { class: "text" }, el("code", {}, cut(item.text || JSON.stringify(item.data), 900))));
  });
  const lost = gone.map(([name, all, shown]) => [el("code", {}, NAMES[name]), String(all), String(shown)]);
  const thin = gone.length ? [el("p", { class: "small muted" }, words("thinned_why")),
    table([[words("name"), "text"], [words("seen"), "n"], [words("kept"), "n"]], lost, words("left_out"))] : [];
  return [table(columns, rows, words("entries_label")), ...thin];
}

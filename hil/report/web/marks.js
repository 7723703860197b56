// What stands on a timeline: items {lane, at, to, title, text, data, look, ...} made of an attempt's entries, turns and
// expectations, in the order of their times.

// Lanes from top to bottom, with the height of one of their rows.
const LANES = [["fault", 20], ["step", 22], ["audio", 42], ["turn", 24], ["event", 20], ["set", 20], ["result", 20],
  ["state", 20], ["app", 20], ["can", 20], ["reply", 24], ["host", 34], ["check", 20]];
const MOST_ROWS = 4;

const QUIET = ["state", "can", "host"];

const TELLING = { event: (data) => data.text ?? data.acts?.map((act) => act.intent).join(", ") ?? data.status ?? data.reason ?? data.code,
  reply: (data) => data.text ?? data.state, step: (data) => data.text ?? data.path ?? data.kind ?? data.wanted,
  audio: (data) => data.text, set: (data) => value(data.value), state: (data) => value(data.value ?? data.status),
  result: (data) => [data.status, data.code].filter(Boolean).join(" "), app: (data) => value(data.args ?? data.data ?? data.status),
  host: (data) => ["process", "cpu", "memory_mb"].filter((key) => key in data).map((key) => `${key} ${value(data[key])}`).join(", ") };
function value(of) {
  if (of === undefined || of === null) return "";
  if (typeof of === "number") return number(of);
  if (typeof of !== "object") return String(of);
  return Object.values(of).some((one) => typeof one === "object") ? JSON.stringify(of) : Object.entries(of).map(([key, one]) => `${key} ${value(one)}`).join(", ");
}

// A topic without what is the same for all of its lane.
function short(lane, name) {
  const levels = name.split("/");
  if (lane === "set" || lane === "state") return levels.slice(levels[2] === "provider" ? 2 : 3).join(".").replace(/^Vehicle\./, "");
  if (["event", "reply", "app", "result"].includes(lane)) return levels.slice(2, 4).join("/").replace(/^event\//, "");
  return name;
}

function lookOf(lane, data) {
  const status = data.status ?? data.outcome ?? data.kind ?? "";
  if (["failed", "rejected", "expired", "refused", "offline", "error", "unavailable"].includes(status) || data.type === "error") return "bad";
  if (lane === "fault") return "bad";
  if (["succeeded", "done", "already"].includes(status)) return "ok";
  return QUIET.includes(lane) ? "quiet" : "plain";
}

function itemsOf(attempt) {
  const items = attempt.entries.map(([time, lane, name, data], place) => {
    const title = short(lane, NAMES[name]);
    return { lane, at: time, to: time, title, name: NAMES[name], text: value(TELLING[lane]?.(data)), data, place,
      look: title === "reply/audio" ? "quiet" : lookOf(lane, data) };
  });
  for (const sound of items.filter(({ lane }) => lane === "audio")) {
    const turn = attempt.turns.find(({ id }) => id === sound.data.turn);
    sound.to = sound.at + (sound.data.duration_s ?? 0);
    sound.text ||= (sound.title === "reply" ? turn?.reply : turn?.heard) ?? "";
  }
  const all = [...items, ...faultSpans(attempt), ...turnItems(attempt), ...attempt.findings.map(checkItem)].sort((a, b) => a.at - b.at);
  const end = Math.max(attempt.took_s, ...all.map(({ to }) => to));
  for (const lane of ["audio", "fault", "turn", "check"]) stack(all.filter((item) => item.lane === lane && !item.within), lane === "check" ? end / 60 : 0);
  for (const item of all) item.row ??= item.within?.row ?? 0;
  return all;
}

// What would lie on each other goes on rows of its own; a mark without length takes `room` seconds.
function stack(items, room) {
  const free = [];
  for (const item of items) {
    let row = free.findIndex((until) => until <= item.at);
    if (row < 0) row = free.length < MOST_ROWS ? free.length : free.indexOf(Math.min(...free));
    item.row = row;
    free[row] = Math.max(item.to, item.at + room);
  }
}

function faultSpans(attempt) {
  return attempt.faults.map((fault) => ({ lane: "fault", at: fault.from_s, to: fault.to_s ?? attempt.took_s, title: fault.kind,
    text: value(fault.args), data: fault, look: "bad", span: true }));
}

function turnItems(attempt) {
  return attempt.turns.flatMap((turn) => {
    const whole = { lane: "turn", at: turn.from_s, to: turn.to_s, title: words("turn"), text: turn.heard, data: turn, look: "turn", span: true };
    const stages = turn.spans.map((span) => ({ lane: span.stage === "speak" ? "reply" : "turn", at: span.from_s, to: span.to_s, stage: span.stage,
      title: words(`stage_${span.stage}`), text: ms(1000 * (span.to_s - span.from_s)), data: span, look: "stage", span: true, within: span.stage === "speak" ? null : whole }));
    return [whole, ...stages];
  });
}

function checkItem(finding) {
  const took = finding.took_ms === null ? "" : ` (${ms(finding.took_ms)}${finding.budget_ms === null ? "" : ` / ${ms(finding.budget_ms)}`})`;
  const got = !finding.ok && finding.got ? ` ≠ ${finding.got}` : "";
  return { lane: "check", at: finding.at_s, to: finding.at_s, title: `${sign(finding.ok, finding.level)} ${finding.wanted}`, text: `${got}${took}`,
    data: finding, look: tone(finding.ok, finding.level) };
}

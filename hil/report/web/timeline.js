// The plot of one attempt: a lane for each kind of thing, faults shaded over all of them, expectations as flags.

const AXIS = 24;
const NEAR = 6;
let plots = 0;

class Timeline {
  constructor(attempt, chosen) {
    this.items = itemsOf(attempt);
    this.lanes = LANES.filter(([name]) => this.items.some(({ lane }) => lane === name));
    this.scale = new Scale(Math.max(attempt.took_s, ...this.items.map(({ to }) => to)));
    this.chosen = null;
    this.cursor = null;
    this.onchoose = chosen;
    this.clip = `plot-${(plots += 1)}`;
    this.svg = svg("svg", { role: "group", tabindex: "0", "aria-label": words("timeline_label") });
    this.said = el("p", { class: "skip", "aria-live": "polite" });
    this.node = el("div", { class: "timeline" }, this.toolbar(), this.svg, this.said);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  toolbar() {
    const button = (text, label, act) => el("button", { type: "button", "aria-label": words(label), title: words(label), onclick: () => { act(); this.draw(); } }, text);
    const stages = [...new Set(this.items.map(({ stage }) => stage).filter(Boolean))];
    const legend = stages.map((stage) => el("span", {}, el("i", { class: `s-${stage}` }), words(`stage_${stage}`)));
    return el("div", { class: "toolbar" },
      button("+", "zoom_in", () => this.scale.zoom(2)), button("−", "zoom_out", () => this.scale.zoom(0.5)),
      button(words("fit"), "fit", () => this.scale.fit()), button("←", "earlier_part", () => this.scale.pan(-0.25 * (this.scale.to - this.scale.from))),
      button("→", "later_part", () => this.scale.pan(0.25 * (this.scale.to - this.scale.from))), el("span", { class: "legend" }, legend));
  }

  draw() {
    const width = Math.max(280, this.svg.clientWidth);
    const left = width < 520 ? 62 : 92;
    this.scale.place(left, width - left - 8);
    let y = 4;
    this.tops = {};
    for (const [name, height] of this.lanes) {
      const rows = 1 + Math.max(...this.items.filter(({ lane }) => lane === name).map(({ row }) => row));
      this.tops[name] = [y, height * rows, height];
      y += height * rows;
    }
    this.bottom = y;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${y + AXIS}`);
    this.svg.setAttribute("height", y + AXIS);
    const clip = svg("clipPath", { id: this.clip }, svg("rect", { x: left, y: 0, width: width - left, height: y + AXIS }));
    const inside = svg("g", { "clip-path": `url(#${this.clip})` }, this.faults(), this.items.map((item) => this.drawn(item)), this.load(), this.labels(), this.pointer());
    this.svg.replaceChildren(svg("defs", {}, clip), ...this.frame(width, left), inside);
  }

  frame(width, left) {
    const stripes = this.lanes.flatMap(([name], n) => {
      const [top, height] = this.tops[name];
      const stripe = n % 2 ? svg("rect", { class: "stripe", x: 0, y: top, width, height }) : null;
      const label = cut(words(`lane_${name}`), left + 4);
      return [stripe, svg("text", { class: "lane", x: 6, y: top + height / 2 + 4 }, label)];
    });
    const ticks = this.scale.ticks().flatMap(([time, text]) => {
      const x = this.scale.x(time);
      return x > width - 12 ? [] : [svg("line", { class: "grid", x1: x, x2: x, y1: 4, y2: this.bottom }),
        svg("text", { class: "tick", x, y: this.bottom + 16, "text-anchor": "middle" }, text)];
    });
    return [...stripes, ...ticks].filter(Boolean);
  }

  faults() {
    return this.items.filter(({ lane, span }) => lane === "fault" && span).flatMap((fault) => {
      const [x, width] = this.extent(fault);
      const [top] = this.row(fault);
      return [svg("rect", { class: "fault", x, y: 4, width, height: this.bottom - 4 }),
        svg("rect", { class: "faultname", x, y: top + 2, width, height: 16, rx: 3 }),
        svg("text", { class: "on", x: x + 5, y: top + 14 }, cut(`${fault.title} ${fault.text}`, width))];
    });
  }

  // Top and height of the row on which an item stands.
  row(item) {
    const [top, , height] = this.tops[item.lane];
    return [top + height * item.row, height];
  }

  extent(item) {
    const from = Math.max(this.scale.x(item.at), -9);
    return [from, Math.max(2, Math.min(this.scale.x(item.to), this.scale.left + this.scale.width + 20) - from)];
  }

  drawn(item) {
    if (item.lane === "fault") return null;
    if (item.lane === "check") return this.flag(item);
    if (item.lane === "audio") return this.wave(item);
    return item.span ? this.bar(item) : this.dot(item);
  }

  bar(item) {
    const [top, height] = this.row(item);
    const [x, width] = this.extent(item);
    if (item.look === "turn") return svg("rect", { class: "turn", x, y: top + 2, width, height: height - 4, rx: 4 });
    const text = cut(`${item.title} ${item.text}`, width) || cut(item.title, width);
    return svg("g", {}, svg("rect", { class: `s-${item.stage}`, x, y: top + 4, width, height: height - 8, rx: 3 }),
      item.lane === "turn" ? svg("text", { class: "on", x: x + 5, y: top + height / 2 + 4 }, text) : null);
  }

  dot(item) {
    const [top, height] = this.row(item);
    const [x, y] = [this.scale.x(item.at), top + height / 2];
    const shapes = { set: `M${x - 5} ${y - 4}h10l-5 9z`, result: `M${x} ${y - 5}l5 5l-5 5l-5 -5z`, app: `M${x - 4} ${y - 4}h8v8h-8z` };
    const bar = item.look === "quiet" ? `M${x - 0.75} ${y - 5}h1.5v10h-1.5z` : null;
    const round = `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
    return svg("path", { class: `f-${item.look}`, "stroke-width": 0.5, d: shapes[item.lane] ?? bar ?? round });
  }

  wave(item) {
    const [top, height] = this.row(item);
    const [x, width] = this.extent(item);
    const peaks = item.data.sound ? read(`sound-${item.data.sound}`).peaks : [];
    const middle = top + height / 2;
    const reach = (height - 8) / 2;
    const [first, last] = [this.scale.x(item.at), this.scale.x(item.to)];
    const points = (peaks.length ? peaks : [20, 20]).map((peak, n, all) => [first + ((last - first) * n) / Math.max(1, all.length - 1), Math.max(1, (reach * peak) / 99)]);
    const up = points.map(([px, py]) => `${px.toFixed(1)} ${(middle - py).toFixed(1)}`);
    const down = points.reverse().map(([px, py]) => `${px.toFixed(1)} ${(middle + py).toFixed(1)}`);
    return svg("g", {}, svg("rect", { class: "stripe", x, y: top + 3, width, height: height - 6, rx: 4 }),
      svg("path", { class: item.title === "reply" ? "wave reply" : "wave", d: `M${[...up, ...down].join("L")}z` }));
  }

  flag(item) {
    const [top, height] = this.row(item);
    const { at_s, took_ms, budget_ms } = item.data;
    const x = this.scale.x(item.at);
    const y = top + height / 2;
    const within = (ms_) => this.scale.x(at_s - took_ms / 1000 + ms_ / 1000);
    const limit = took_ms === null || budget_ms === null ? null : within(budget_ms);
    return svg("g", { class: `f-${item.look}` }, svg("line", { class: "flag", x1: x, x2: x, y1: 4, y2: top + 2 }),
      took_ms === null ? null : svg("line", { class: "within", x1: within(0), x2: x, y1: y + 6, y2: y + 6 }),
      limit === null ? null : svg("path", { d: `M${limit} ${y + 2}v7`, "stroke-width": 2 }),
      svg("path", { d: `M${x} ${top + 1}v${height - 4}M${x} ${top + 1}l11 5l-11 5z`, "stroke-width": 1.5 }));
  }

  // The share of a core that each process of the board takes.
  load() {
    const samples = this.items.filter(({ lane, data }) => lane === "host" && typeof data.cpu === "number");
    if (!samples.length) return [];
    const [top, height] = this.tops.host;
    const most = Math.max(1, ...samples.map(({ data }) => data.cpu));
    const point = ({ at: time, data }) => `${this.scale.x(time).toFixed(1)} ${(top + height - 3 - ((height - 6) * data.cpu) / most).toFixed(1)}`;
    const of = Map.groupBy(samples, ({ data }) => data.process);
    return [...of.values()].map((all) => svg("path", { class: "line", d: `M${all.map(point).join("L")}` }));
  }
}

// Pointing at a timeline: what is under the pointer, what is chosen, by mouse, finger and keys.

Object.assign(Timeline.prototype, {
  // Texts of steps and replies beside their marks, as far as there is room until the next one.
  labels() {
    return ["step", "reply", "event"].flatMap((lane) => {
      const all = this.items.filter((item) => item.lane === lane && !item.span);
      const said = all.filter((item) => item.text && (lane !== "event" || item.title === "transcript") && (lane !== "reply" || item.title === "reply"));
      return said.map((item) => {
        const next = all.find(({ at: time }) => time > item.at);
        const from = this.scale.x(item.at) + 8;
        const to = next ? this.scale.x(next.at) - 6 : this.scale.left + this.scale.width;
        const [top, height] = this.tops[lane];
        return svg("text", { x: from, y: top + height / 2 + 4 }, cut(item.text, to - from + 8));
      });
    });
  },

  pointer() {
    const line = (time) => svg("line", { class: "cursor", x1: this.scale.x(time), x2: this.scale.x(time), y1: 4, y2: this.bottom });
    const ring = () => {
      const [top, height] = this.row(this.chosen);
      const [x, width] = this.chosen.to > this.chosen.at ? this.extent(this.chosen) : [this.scale.x(this.chosen.at) - 8, 16];
      return svg("rect", { class: "chosen", x, y: top + 1, width, height: height - 2, rx: 5 });
    };
    return [this.cursor === null ? null : line(this.cursor), this.chosen ? ring() : null];
  },

  under(event) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const lane = Object.keys(this.tops).find((name) => y >= this.tops[name][0] && y < this.tops[name][0] + this.tops[name][1]);
    const away = (item) => Math.max(this.scale.x(item.at) - x, x - this.scale.x(item.to), 0);
    const row = lane && Math.floor((y - this.tops[lane][0]) / this.tops[lane][2]);
    const found = this.items.filter((item) => item.lane === lane && item.row === row && away(item) <= NEAR);
    const length = (item) => item.to - item.at;
    return { x, items: found.sort((a, b) => away(a) - away(b) || length(a) - length(b)) };
  },

  listen() {
    const { svg: plot } = this;
    let dragged = null;
    plot.addEventListener("pointerdown", (event) => { dragged = { x: event.clientX, moved: false }; });
    plot.addEventListener("pointermove", (event) => {
      if (dragged && event.buttons && Math.abs(event.clientX - dragged.x) > 3) {
        this.scale.pan((dragged.x - event.clientX) * this.scale.perPixel);
        dragged = { x: event.clientX, moved: true };
        this.draw();
      }
      showTip(event, this.under(event).items);
    });
    plot.addEventListener("pointerleave", () => showTip(null, []));
    plot.addEventListener("click", (event) => {
      const { items } = this.under(event);
      if (items.length && !dragged?.moved) this.choose(items[0], items);
    });
    plot.addEventListener("dblclick", (event) => {
      const [item] = this.under(event).items;
      const margin = item ? 0.1 * (item.to - item.at) : 0;
      if (margin) this.scale.show(item.at - margin, item.to + margin);
      else this.scale.zoom(2, this.scale.time(this.under(event).x));
      this.draw();
    });
    plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.scale.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.scale.time(this.under(event).x));
      this.draw();
    }, { passive: false });
    plot.addEventListener("keydown", (event) => this.key(event));
  },

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const act = { "+": () => this.scale.zoom(2), "=": () => this.scale.zoom(2), "-": () => this.scale.zoom(0.5), 0: () => this.scale.fit() }[event.key];
    if (step && event.shiftKey) this.scale.pan(step * 0.2 * (this.scale.to - this.scale.from));
    else if (step) this.choose(this.items[(this.items.indexOf(this.chosen) + step + this.items.length) % this.items.length]);
    else if (act) act();
    else return;
    event.preventDefault();
    this.draw();
  },

  choose(item, beside = [item]) {
    this.chosen = item;
    if (item.at < this.scale.from || item.at > this.scale.to) this.scale.pan(item.at - (this.scale.from + this.scale.to) / 2);
    this.said.textContent = `${at(item.at)} s, ${words(`lane_${item.lane}`)}: ${item.title} ${item.text}`;
    this.draw();
    this.onchoose(item, beside);
  },

  play(time) {
    this.cursor = time;
    if (time !== null && time > this.scale.to) this.scale.pan((this.scale.to - this.scale.from) * 0.9);
    this.draw();
  },
});

function showTip(event, items) {
  const tip = byId("tip");
  tip.hidden = !items.length;
  if (!items.length) return;
  const lines = items.slice(0, 5).map((item) => el("div", {}, `${at(item.at)} s  ${item.title} ${item.text}`));
  tip.replaceChildren(...lines, items.length > 5 ? words("and_more", { n: items.length - 5 }) : "");
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18}px`;
}

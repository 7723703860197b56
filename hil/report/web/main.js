// Puts the page together; again when language or theme change.

function render() {
  const theme = choice.theme === "auto" ? (dark.matches ? "dark" : "light") : choice.theme;
  document.documentElement.dataset.theme = theme;
  document.documentElement.lang = choice.lang === "zh" ? "zh-CN" : "en";
  byId("skip").textContent = words("skip");
  byId("head").replaceChildren(...head());
  const parts = [cards(), reasons(), comparison(), el("div", { class: "columns" }, budgets(), stages())];
  byId("overview").replaceChildren(...parts.filter(Boolean));
  byId("overview").setAttribute("aria-label", words("overview"));
  const sounds_ = RUN.sounds.inside < RUN.sounds.all ? el("p", { class: "small muted" }, words("sounds_note", RUN.sounds)) : "";
  byId("listing").replaceChildren(el("h2", {}, words("scenarios")), sounds_, filters(), el("div", { id: "rows" }));
  byId("listing").setAttribute("aria-label", words("scenarios"));
  list();
}

dark.addEventListener("change", render);
addEventListener("hashchange", () => openScenario(decodeURIComponent(location.hash.slice(1))));
render();
openScenario(decodeURIComponent(location.hash.slice(1)));

// The list of indicators can be searched and filtered; without scripts it stands there whole.
(() => {
  const pick = document.getElementById.bind(document);
  const form = pick("find"), zh = pick("zh"), en = pick("en");
  form.hidden = false;
  const groups = [...document.querySelectorAll("#list section")];
  const filter = () => {
    const lang = en.checked ? "en" : "zh";
    const wanted = pick("find-text-" + lang).value.trim().toLowerCase().split(/\s+/);
    const theme = pick("find-theme-" + lang).value;
    let count = 0;
    for (const group of groups) {
      let any = false;
      for (const row of group.querySelectorAll("li")) {
        const text = row.dataset.text ??= row.textContent.toLowerCase();
        row.hidden = !(wanted.every(word => text.includes(word)) && (!theme || theme === group.dataset.theme)
          && (!pick("find-targets-" + lang).checked || row.hasAttribute("data-target"))
          && (!pick("find-values-" + lang).checked || row.hasAttribute("data-value")));
        any ||= !row.hidden;
        count += !row.hidden;
      }
      group.hidden = !any;
    }
    document.querySelectorAll(".count").forEach(place => { place.textContent = count; });
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  [zh, en].forEach(input => input.addEventListener("change", filter));
  filter();
})();

// The language follows the reader from page to page; without scripts every page opens in Chinese, and the switch works.
// It runs before the text is there, so that none is seen in the other language.
(() => {
  const pick = document.getElementById.bind(document);
  const zh = pick("zh"), en = pick("en");
  const speak = () => { document.documentElement.lang = en.checked ? "en" : "zh-CN"; };
  const asked = (/^#(?:.*-)?(zh|en)$/.exec(location.hash) || [])[1] || (navigator.language.startsWith("zh") ? "zh" : "en");
  (asked === "en" ? en : zh).checked = true;
  speak();
  [zh, en].forEach(input => input.addEventListener("change", speak));
  document.addEventListener("click", event => {
    const link = event.target.closest('a[href*=".html"]');
    if (link) link.hash = en.checked ? "en" : "zh";
  });
})();

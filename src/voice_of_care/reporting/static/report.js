/* Comforts only: the page is complete without this script. */
(function () {
  "use strict";
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  function value(row, column) {
    var cell = row.children[column];
    var given = cell.getAttribute("data-sort");
    var text = given === null ? cell.textContent.trim() : given;
    var number = Number(text.replace(/[,%]/g, ""));
    return text !== "" && !isNaN(number) ? number : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a).localeCompare(String(b), "en-GB");
  }

  all("table.sortable").forEach(function (table) {
    all("thead th", table).forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") !== "descending";
        all("thead th", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        var rows = all("tr", body).map(function (row, place) { return { row: row, key: value(row, column), place: place }; });
        rows.sort(function (a, b) { return (down ? -1 : 1) * compare(a.key, b.key) || a.place - b.place; });
        rows.forEach(function (item) { body.appendChild(item.row); });
      });
    });
  });

  var filter = document.getElementById("theme-filter");
  if (filter) {
    filter.hidden = false;
    var input = document.getElementById("theme-filter-input");
    var status = document.getElementById("theme-filter-status");
    var rows = all("table.glance tbody tr");
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase();
      var shown = 0;
      rows.forEach(function (row) {
        var fits = row.children[0].textContent.toLowerCase().indexOf(wanted) !== -1;
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      status.textContent = wanted ? shown + " of " + rows.length + " themes" : "";
    });
  }

  if (navigator.clipboard) {
    all("article.theme > h4").forEach(function (heading) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy link";
      button.setAttribute("aria-label", "Copy link to this theme");
      button.addEventListener("click", function () {
        var link = location.href.split("#")[0] + "#" + heading.parentNode.id;
        navigator.clipboard.writeText(link).then(function () { button.textContent = "Copied"; });
      });
      heading.after(button);
    });
  }

  function markWide() {
    all(".scroll").forEach(function (box) { box.classList.toggle("is-wide", box.scrollWidth > box.clientWidth + 1); });
  }
  markWide();
  window.addEventListener("resize", markWide);
  document.addEventListener("toggle", markWide, true);

  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  if (location.hash) { reveal(); }
  window.addEventListener("beforeprint", function () {
    all("details:not(.off-paper)").forEach(function (item) { item.open = true; });
  });
})();

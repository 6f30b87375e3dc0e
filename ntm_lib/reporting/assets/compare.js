/* Put two scenarios side by side from the JSON beside them, as the reader chooses.
   Text of the data is written with textContent only. Static: the same for every page. */
(function () {
  "use strict";
  window.ntmCompare = window.ntmCompare || {};

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  class Comparison {
    constructor(root) {
      this.root = root;
      this.data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
      this.one = this.find("select.one");
      this.other = this.find("select.other");
      for (const select of [this.one, this.other]) {
        for (const plan of this.data.plans) {
          const option = element("option", "", plan.title);
          option.value = plan.id;
          select.append(option);
        }
        select.addEventListener("change", () => this.update());
      }
      this.one.value = this.data.start[0];
      this.other.value = this.data.start[1];
      this.find(".live").hidden = false;
      this.find(".fallback").hidden = true;
      root.classList.add("is-live");
      this.update();
    }

    find(selector) {
      return this.root.querySelector(selector);
    }

    plan(select) {
      return this.data.plans.find((plan) => plan.id === select.value);
    }

    number(value, digits) {
      const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return new Intl.NumberFormat(this.data.language, options).format(value);
    }

    signed(value, digits) {
      const text = this.number(Math.abs(value), digits);
      if (Number(Math.abs(value).toFixed(digits)) === 0) return text;
      return (value > 0 ? "+" : "−") + text;
    }

    update() {
      const one = this.plan(this.one);
      const other = this.plan(this.other);
      this.find("table.districts tbody").replaceChildren(...this.districtRows(one, other));
      const rows = this.communeRows(one, other);
      this.find("table.communes tbody").replaceChildren(...rows);
      this.find(".summary").textContent = fill(this.data.words.summary, { count: this.number(this.differing, 0) });
    }

    districtRows(one, other) {
      return this.data.districts.map((name, place) => {
        const row = element("tr", place === 0 ? "total" : "");
        const head = element("th", "", name);
        head.scope = "row";
        row.append(head);
        for (const measure of this.data.measures) {
          const values = [one[measure.id][place], other[measure.id][place]];
          for (const value of values) row.append(element("td", "figure", this.number(value, measure.digits)));
          row.append(element("td", "figure", this.signed(values[1] - values[0], measure.digits)));
        }
        return row;
      });
    }

    communeRows(one, other) {
      const rows = [];
      this.data.communes.forEach((commune, place) => {
        if (one.years[place] === other.years[place]) return;
        const row = element("tr");
        const head = element("th", "", commune[0]);
        head.scope = "row";
        row.append(element("td", "tt", String(rows.length + 1)), head, element("td", "", this.data.districts[commune[1]]));
        for (const plan of [one, other]) row.append(element("td", "figure", this.yearText(plan.years[place])));
        rows.push(row);
      });
      this.differing = rows.length;
      if (!rows.length) {
        const row = element("tr");
        const cell = element("td", "empty", this.data.words.none);
        cell.colSpan = 5;
        row.append(cell);
        rows.push(row);
      }
      return rows;
    }

    yearText(year) {
      if (year === null) return "–";
      return year <= this.data.start_year ? this.data.words.start : String(year);
    }
  }

  window.ntmCompare.run = function () {
    document.querySelectorAll(".ntm-compare:not(.is-live)").forEach((root) => new Comparison(root));
  };
  window.ntmCompare.run();
})();

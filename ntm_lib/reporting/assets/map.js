/* Draw the communes of a map from the JSON beside it and follow the reader's switches.
   Text of the data is written with textContent only. Static: the same for every page. */
(function () {
  "use strict";
  if (window.ntmMap) return;

  const OUTSIDE = "-";
  const maps = new Map();

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  class CommuneMap {
    constructor(leaflet, id) {
      this.id = id;
      this.leaflet = leaflet;
      this.root = document.getElementById("m" + id);
      this.data = JSON.parse(document.getElementById("d" + id).textContent);
      [this.layerId, this.year] = this.data.start;
      this.find(".live").hidden = false;
      this.root.classList.add("is-live");
      this.makeControls();
      this.drawShapes();
      this.fitWhenVisible();
      this.update();
    }

    find(selector) {
      return this.root.querySelector(selector);
    }

    layer() {
      return this.data.layers.find((layer) => layer.id === this.layerId);
    }

    symbol(place) {
      return this.layer().values[this.year][place];
    }

    shownClass(symbol) {
      return symbol === OUTSIDE ? this.data.outside : this.layer().classes[parseInt(symbol, 36)];
    }

    colour(shown) {
      return shown.hatched ? "url(#hatch-" + this.id + ")" : shown.colour;
    }

    resultText(place) {
      const shown = this.shownClass(this.symbol(place));
      const details = this.layer().details[this.year];
      const detail = details && details[place];
      return (shown.mark ? shown.mark + " " : "") + shown.label + (detail ? " (" + detail + ")" : "");
    }

    heading() {
      const values = { title: this.data.title, measure: this.layer().title, year: this.year };
      return fill(this.data.words.heading, values);
    }

    makeControls() {
      const measure = this.find("select.measure");
      for (const layer of this.data.layers) {
        const option = element("option", "", layer.title);
        option.value = layer.id;
        measure.append(option);
      }
      measure.value = this.layerId;
      measure.addEventListener("change", () => this.show(measure.value, this.year));
      const slider = this.find("input.year");
      slider.value = this.data.years.indexOf(this.year);
      slider.addEventListener("input", () => this.show(this.layerId, this.data.years[slider.value]));
      this.find(".years").hidden = this.data.years.length < 2;
      const words = this.data.words;
      for (const [selector, word] of [[".leaflet-control-zoom-in", words.zoom_in], [".leaflet-control-zoom-out", words.zoom_out]]) {
        const button = this.find(selector);
        button.title = word;
        button.setAttribute("aria-label", word);
      }
    }

    drawShapes() {
      this.shapes = this.data.areas.map((area, place) => {
        const link = this.data.links[place];
        const className = link ? "commune is-link" : "commune";
        const shape = L.geoJSON(area, { style: { weight: 1, color: "#ffffff", fillOpacity: 1, className: className } });
        shape.bindTooltip(() => this.tooltip(place), { sticky: true, className: "ntm-tip" });
        shape.on("mouseover", () => shape.setStyle({ weight: 2.5, color: "#1a1f24" }).bringToFront());
        shape.on("mouseout", () => shape.setStyle({ weight: 1, color: "#ffffff" }) && this.borders.bringToFront());
        if (link) shape.on("click", () => window.location.assign(link));
        shape.addTo(this.leaflet);
        this.path(shape).dataset.place = place;
        return shape;
      });
      const style = { weight: 1.4, color: "#3c444b", fill: false, interactive: false, className: "border" };
      this.borders = L.geoJSON(this.data.borders, { style: style, interactive: false }).addTo(this.leaflet);
    }

    path(shape) {
      return shape.getLayers()[0].getElement();
    }

    tooltip(place) {
      const box = element("div");
      box.append(element("strong", "", this.data.names[place]));
      const group = this.data.groups[place];
      if (group && new Set(this.data.groups).size > 1) box.append(element("div", "group", group));
      box.append(element("div", "", this.resultText(place)));
      if (this.data.links[place]) box.append(element("div", "open", this.data.words.open));
      return box;
    }

    /* A notebook inserts the map before it has a size: wait for one. */
    fitWhenVisible() {
      const container = this.leaflet.getContainer();
      const bounds = L.featureGroup(this.shapes).getBounds();
      let width = 0;
      const fit = () => {
        if (!container.clientWidth || container.clientWidth === width) return;
        width = container.clientWidth;
        this.leaflet.invalidateSize({ animate: false });
        this.leaflet.setMinZoom(0).fitBounds(bounds, { animate: false, padding: [6, 6] });
        this.leaflet.setMinZoom(this.leaflet.getZoom()).setMaxBounds(bounds.pad(0.3));
        this.fittedZoom = this.leaflet.getZoom();
        this.allowDragging();
      };
      this.leaflet.on("zoomend", () => this.allowDragging());
      fit();
      new ResizeObserver(fit).observe(container);
    }

    /* At full view a finger scrolls the page; only a magnified map is dragged. */
    allowDragging() {
      const dragging = this.leaflet.dragging;
      if (this.leaflet.getZoom() > this.fittedZoom) dragging.enable();
      else dragging.disable();
    }

    show(layerId, year) {
      if (!this.data.layers.some((layer) => layer.id === layerId) || !this.data.years.includes(year)) {
        throw new RangeError("no layer " + layerId + " in " + year);
      }
      this.layerId = layerId;
      this.year = year;
      this.update();
    }

    update() {
      this.find("select.measure").value = this.layerId;
      this.find("input.year").value = this.data.years.indexOf(this.year);
      this.find("input.year").setAttribute("aria-valuetext", this.year);
      this.find("output").textContent = this.year;
      this.find(".map-title").textContent = this.heading();
      this.leaflet.getContainer().setAttribute("aria-label", this.heading());
      this.shapes.forEach((shape, place) => {
        shape.setStyle({ fillColor: this.colour(this.shownClass(this.symbol(place))) });
      });
      this.updateLegend();
      this.updateTable();
    }

    updateLegend() {
      const list = this.find(".legend ul");
      list.replaceChildren();
      const symbols = Array.from(this.layer().values[this.year]);
      const places = this.layer().classes.map((shown, place) => place.toString(36));
      if (symbols.includes(OUTSIDE)) places.push(OUTSIDE);
      const format = new Intl.NumberFormat(this.data.language);
      for (const symbol of places) {
        const shown = this.shownClass(symbol);
        const count = symbols.filter((other) => other === symbol).length;
        const item = element("li");
        const swatch = element("span", shown.hatched ? "swatch hatched" : "swatch", shown.hatched ? "" : shown.mark);
        if (!shown.hatched) {
          swatch.style.backgroundColor = shown.colour;
          swatch.style.color = isDark(shown.colour) ? "#ffffff" : "#1a1f24";
        }
        swatch.setAttribute("aria-hidden", "true");
        const number = element("span", "count", fill(this.data.words.communes, { count: format.format(count) }));
        number.dataset.figure = ["map", this.layerId, symbol, this.year].join(".");
        item.append(swatch, element("span", "label", shown.label), number);
        list.append(item);
      }
    }

    updateTable() {
      this.find("table.twin caption strong").textContent = this.heading();
      const hasGroups = this.root.querySelectorAll("table.twin thead th").length > 3;
      const rows = this.data.names.map((name, place) => {
        const row = element("tr");
        const head = element("th");
        head.scope = "row";
        const link = this.data.links[place];
        if (link) {
          const anchor = element("a", "", name);
          anchor.href = link;
          head.append(anchor);
        } else head.textContent = name;
        row.append(element("td", "tt", String(place + 1)), head);
        if (hasGroups) row.append(element("td", "", this.data.groups[place]));
        row.append(element("td", "", this.resultText(place)));
        return row;
      });
      this.find("table.twin tbody").replaceChildren(...rows);
    }
  }

  function isDark(colour) {
    const part = (from) => parseInt(colour.slice(from, from + 2), 16);
    return 0.299 * part(1) + 0.587 * part(3) + 0.114 * part(5) < 140;
  }

  function one(id) {
    const found = id ? maps.get(id) : maps.values().next().value;
    if (!found) throw new RangeError("no map " + (id || ""));
    return found;
  }

  /* For tests and for the reader's console; without an id the first map of the page is meant. */
  window.ntmMap = {
    start: (leaflet, id) => void maps.set(id, new CommuneMap(leaflet, id)),
    ids: () => Array.from(maps.keys()),
    shapes: (id) => one(id).leaflet.getPanes().overlayPane.querySelectorAll("path.commune").length,
    colours: (id) => one(id).shapes.map((shape) => one(id).path(shape).getAttribute("fill")),
    legend: (id) => Array.from(one(id).root.querySelectorAll(".legend li"), (item) => item.innerText.replace(/\s+/g, " ").trim()),
    state: (id) => ({ layer: one(id).layerId, year: one(id).year, title: one(id).find(".map-title").textContent }),
    show: (layer, year, id) => one(id).show(layer, year),
  };
})();

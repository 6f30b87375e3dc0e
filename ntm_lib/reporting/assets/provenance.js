/* Open, for a figure of the page, what it was made from: communes, verdicts, rules, values, submissions.
   Everything is read from the packed record beside this script. Text of the data is written with textContent
   only. Static: the same for every page. */
(function () {
  "use strict";
  if (window.ntmProvenance) return;
  const holder = document.querySelector("script.ntm-provenance");
  if (!holder) return;
  window.ntmProvenance = true;

  const SHOWN = 40;
  const held = JSON.parse(holder.textContent);
  const words = held.words;
  const language = document.documentElement.lang || "vi";
  let record = null;
  let panel = null;
  let opener = null;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  function number(value) {
    return value.toLocaleString(language === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 3 });
  }

  /* ---- unpacking: the browser's own stream, or the small decoder below where there is none ---- */

  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }

  async function unpack() {
    const packed = bytes(held.packed);
    if (typeof DecompressionStream === "function") {
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
      return JSON.parse(await new Response(stream).text());
    }
    return JSON.parse(new TextDecoder().decode(inflate(packed.subarray(2))));
  }

  function codes(lengths) {
    const counts = new Uint16Array(16), offsets = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
    for (const length of lengths) counts[length] += 1;
    counts[0] = 0;
    for (let n = 1; n < 16; n += 1) offsets[n] = offsets[n - 1] + counts[n - 1];
    lengths.forEach((length, symbol) => { if (length) symbols[offsets[length]++] = symbol; });
    return { counts, symbols };
  }

  function inflate(source) {
    const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    const BACK = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let place = 0, bit = 0, size = 0, out = new Uint8Array(source.length * 6);
    const bits = (count) => {
      let value = 0;
      for (let n = 0; n < count; n += 1) {
        if (place >= source.length) throw new Error("the record ends early");
        value |= ((source[place] >> bit) & 1) << n;
        bit += 1;
        if (bit === 8) { bit = 0; place += 1; }
      }
      return value;
    };
    const symbol = (table) => {
      let code = 0, first = 0, index = 0;
      for (let n = 1; n < 16; n += 1) {
        code |= bits(1);
        const count = table.counts[n];
        if (code - count < first) return table.symbols[index + (code - first)];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
      throw new Error("the record is damaged");
    };
    const put = (value) => {
      if (size === out.length) { const wider = new Uint8Array(size * 2); wider.set(out); out = wider; }
      out[size++] = value;
    };
    const trees = () => {
      const literal = bits(5) + 257, distance = bits(5) + 1, some = bits(4) + 4;
      const short = new Array(19).fill(0);
      for (let n = 0; n < some; n += 1) short[ORDER[n]] = bits(3);
      const table = codes(short), lengths = [];
      while (lengths.length < literal + distance) {
        const next = symbol(table);
        if (next < 16) { lengths.push(next); continue; }
        const value = next === 16 ? lengths[lengths.length - 1] : 0;
        let times = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7);
        while (times--) lengths.push(value);
      }
      return [codes(lengths.slice(0, literal)), codes(lengths.slice(literal))];
    };
    const fixed = () => {
      const lengths = [];
      for (let n = 0; n < 288; n += 1) lengths.push(n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8);
      return [codes(lengths), codes(new Array(30).fill(5))];
    };
    let last = 0;
    while (!last) {
      last = bits(1);
      const type = bits(2);
      if (type === 0) {
        if (bit) { bit = 0; place += 1; }
        const length = source[place] | (source[place + 1] << 8);
        place += 4;
        for (let n = 0; n < length; n += 1) put(source[place++]);
        continue;
      }
      const [literals, distances] = type === 1 ? fixed() : trees();
      for (;;) {
        const next = symbol(literals);
        if (next < 256) { put(next); continue; }
        if (next === 256) break;
        const length = LENGTHS[next - 257] + bits(LENGTH_BITS[next - 257]);
        const far = symbol(distances);
        const back = BACK[far] + bits(far < 2 ? 0 : (far >> 1) - 1);
        for (let n = 0; n < length; n += 1) put(out[size - back]);
      }
    }
    return out.subarray(0, size);
  }

  /* ---- finding what stands behind a figure ---- */

  function selectionOf(key) {
    const first = key.indexOf("."), second = key.indexOf(".", first + 1);
    const place = (record.keys[key.slice(0, second)] || {})[key.slice(second + 1)];
    if (place === undefined) return null;
    const [meaning, kind, items, years, set, parts] = record.selections[place];
    const [name, how] = record.kinds[kind];
    return { meaning: record.meanings[meaning], kind: name, how, items: record.items[items], years, set: record.sets[set], parts: parts === undefined ? [] : record.plan.parts[parts] };
  }

  function members(selection) {
    if (selection.set !== -1) return selection.set;
    const all = selection.kind === "requirements" || selection.kind === "lines" ? record.reporters[0].length : record.in_programme;
    return Array.from({ length: all }, (_none, place) => place);
  }

  function at(column, place) {
    return Array.isArray(column) ? column[place] : column;
  }

  const VERDICTS = { 1: "met", 0: "not_met", "-": "unknown", 2: "not_assessed" };

  function verdict(sign) {
    return words[VERDICTS[sign] || "unknown"];
  }

  function valueText(value, rule) {
    if (value === null || value === undefined) return words.not_reported;
    if (value === "x") return words.not_assessed;
    if (rule && rule[5] === "yes") return value === 1 ? words.yes : words.no;
    return number(value);
  }

  function countText(low, high) {
    return fill(words.count, { count: low === high ? low : low + "-" + high });
  }

  /* ---- writing the panel ---- */

  function table(heads, rows) {
    const box = element("div", "scroll"), made = element("table"), head = element("tr");
    for (const [text, isNumber] of heads) {
      const cell = element("th", isNumber ? "n" : "", text);
      cell.scope = "col";
      head.append(cell);
    }
    const top = element("thead"), body = element("tbody");
    top.append(head);
    for (const cells of rows) {
      const line = element("tr");
      cells.forEach((text, place) => {
        const cell = element(place ? "td" : "th", heads[place][1] ? "n" : "", text);
        if (place) cell.dataset.name = heads[place][0];
        else cell.scope = "row";
        line.append(cell);
      });
      body.append(line);
    }
    made.append(top, body);
    box.append(made);
    return box;
  }

  function section(parent, title, ...parts) {
    parent.append(element("h3", "", title), ...parts);
  }

  function rulePlaces(selection) {
    const found = [];
    for (const year of selection.years) {
      for (const place of (record.years[year] || { rules: [] }).rules) {
        const rule = record.rules[place];
        const isMeant = selection.kind === "criteria" ? selection.items.includes(rule[1]) : selection.items.includes(rule[0]);
        if (isMeant && !found.includes(place)) found.push(place);
      }
    }
    return found;
  }

  function decisionText(id) {
    const [name, issued, since, until] = record.decisions[id];
    const text = fill(words.decision, { number: name, issued, since });
    return until ? text + " " + fill(words.until, { date: until }) : text;
  }

  function ruleItem(place) {
    const [name, , label, level, , , citation, verified, decision] = record.rules[place];
    const item = element("li", "", name.split("/")[0] + ". " + label + ": " + level);
    item.append(element("br"), element("span", "quiet", citation + " (" + verified + "). " + decisionText(decision) + "."));
    return item;
  }

  function rulesOf(parent, selection) {
    if (selection.kind !== "criteria" && selection.kind !== "requirements") {
      if (selection.kind !== "counts") return;
      const ids = [...new Set(selection.years.map((year) => record.years[year].set))];
      const list = element("ul");
      for (const id of ids) list.append(element("li", "", decisionText(id)));
      section(parent, words.rule, list);
      return;
    }
    const places = rulePlaces(selection);
    if (!places.length) return;
    const list = element("ul");
    for (const place of places.slice(0, 8)) list.append(ruleItem(place));
    section(parent, words.rule, list);
    if (places.length > 8) moreButton(parent, places.length - 8, () => places.slice(8).forEach((place) => list.append(ruleItem(place))));
  }

  function moreButton(parent, count, act) {
    const button = element("button", "tool", fill(words.more, { count }));
    button.type = "button";
    button.addEventListener("click", () => { act(); button.remove(); });
    parent.append(button);
  }

  function wordOf(of, column, reporter) {
    return ((of.words && of.words[column]) || []).find((word) => word[0] === reporter) || null;
  }

  /* One line a requirement: level, value, verdict, and the cell it stands in; below, the files of these cells. */
  function resultRows(parent, year, reporter, isMeant) {
    const of = record.years[year], rows = [], places = new Map();
    of.rules.forEach((place, column) => {
      const rule = record.rules[place];
      if (!isMeant(rule)) return;
      const word = wordOf(of, column, reporter);
      const cell = word ? [record.sheets[word[1]][1], word[2]].filter(Boolean).join("!") : of.row[reporter] ? fill(words.cell, { row: of.row[reporter], column: rule[0] }) : words.not_reported;
      const note = word && word[3] !== null ? " (" + words.finding + ")" : "";
      const file = word ? record.sheets[word[1]] : [at(of.file, reporter), "", ""];
      if (file[0] !== null) places.set(file[0] + file[2], file);
      rows.push([rule[0].split("/")[0] + ". " + rule[2], rule[3], valueText(of.values[column][reporter], rule), verdict(of.verdicts[column][reporter]) + note, rule[6] + " (" + rule[7] + ")", cell]);
    });
    if (!rows.length) return;
    parent.append(table([[words.requirement], [words.level], [words.value, true], [words.verdict], [words.citation], [words.place]], rows));
    for (const [file, , level] of places.values()) parent.append(fileLine(file, level, of, reporter));
    if (!places.size) parent.append(element("p", "quiet", year + ": " + words.not_reported));
  }

  function fileLine(file, level, of, reporter) {
    const [name, hash, nature] = record.files[file];
    const told = [nature, level, at(of.status, reporter) ? fill(words.status, { status: at(of.status, reporter), date: at(of.as_of, reporter) }) : ""].filter(Boolean).join("; ");
    const line = element("p", "quiet", fill(words.file, { file: name }) + " (" + told + "). ");
    line.append(element("code", "", fill(words.hash, { hash: hash.slice(0, 16) })));
    return line;
  }

  function insideCommune(parent, selection, commune) {
    const wanted = new Set(selection.items);
    const isMeant = (rule) => (selection.kind === "counts" ? true : wanted.has(selection.kind === "criteria" ? rule[1] : rule[0]));
    const reporters = selection.kind === "requirements" ? [commune] : record.parts[commune];
    for (const year of selection.years) {
      const of = record.years[year];
      if (selection.years.length > 1) parent.append(element("p", "", year + ": " + summaryText({ ...selection, years: [year] }, commune)));
      for (const reporter of reporters) {
        const name = record.reporters[1][reporter];
        if (reporters.length > 1 || (selection.kind !== "requirements" && name !== record.communes[1][commune])) {
          parent.append(element("p", "quiet", fill(words.reported_by, { name })));
        }
        resultRows(parent, year, reporter, isMeant);
      }
      if (!of) parent.append(element("p", "quiet", words.not_reported));
    }
  }

  function summaryText(selection, commune) {
    const parts = [];
    for (const year of selection.years) {
      const of = record.years[year];
      let text = "";
      if (selection.kind === "counts") {
        text = of.reported[commune] === "1" ? countText(of.low[commune], of.high[commune]) : words.no_data;
      } else if (selection.kind === "criteria" && selection.items.length === 1) {
        text = verdict((of.criteria[selection.items[0]] || "")[commune]);
      } else if (selection.kind === "requirements" && selection.items.length === 1) {
        const column = of.rules.findIndex((place) => record.rules[place][0] === selection.items[0]);
        if (column >= 0) text = valueText(of.values[column][commune], record.rules[of.rules[column]]) + " (" + verdict(of.verdicts[column][commune]) + ")";
      }
      if (text) parts.push(selection.years.length > 1 && selection.years.length < 4 ? year + ": " + text : text);
    }
    return parts.length < 4 ? parts.join("; ") : "";
  }

  function linesOf(selection) {
    const byCommune = new Map();
    for (const name of [...new Set(selection.items.map((item) => item.split(".")[0]))]) {
      const held = record.tables[name];
      held.commune.forEach((commune, place) => {
        if (!selection.years.includes(held.year[place])) return;
        if (!byCommune.has(commune)) byCommune.set(commune, []);
        byCommune.get(commune).push([name, place]);
      });
    }
    return byCommune;
  }

  function columnsOf(selection, name) {
    return selection.items.filter((item) => item.startsWith(name + ".")).map((item) => record.tables[name].columns[item.slice(name.length + 1)]).filter(Boolean);
  }

  function sumOf(selection, lines) {
    let sum = null;
    for (const [name, place] of lines || []) {
      for (const [, , values] of columnsOf(selection, name)) if (typeof values[place] === "number") sum = (sum || 0) + values[place];
    }
    return sum;
  }

  /* A share is shown as part of whole, a change as its two ends; all else is added up. */
  function linesText(selection, lines) {
    const unit = unitOf(selection), one = (items, years) => sumOf({ ...selection, items }, (lines || []).filter(([name, place]) => years.includes(record.tables[name].year[place])));
    if (selection.how === "share" && selection.items.length === 2) return selection.items.map((item) => valueText(one([item], selection.years))).join(" / ") + " " + unit;
    if (selection.how === "rise") return selection.years.map((year) => valueText(one(selection.items, [year]))).join(" → ") + " " + unit;
    return withUnit(sumOf(selection, lines), unit);
  }

  function insideLines(parent, selection, lines) {
    for (const [name, place] of lines) {
      const held = record.tables[name];
      const sheets = new Set(), rows = [];
      for (const item of selection.items.filter((one) => one.startsWith(name + "."))) {
        const key = item.slice(name.length + 1), column = held.columns[key];
        if (!column || (selection.items.length > 3 && column[2][place] === null)) continue;
        const word = (held.words[key] || []).find((one) => one[0] === place);
        if (word) sheets.add(word[1]);
        rows.push([column[0], withUnit(column[2][place], column[1]), word ? [record.sheets[word[1]][1], word[2]].filter(Boolean).join("!") : fill(words.cell, { row: held.row[place], column: key })]);
      }
      const files = sheets.size ? [...sheets].map((sheet) => record.files[record.sheets[sheet][0]]) : [record.files[held.file]];
      const named = [...new Set(files.map(([file, hash]) => fill(words.file, { file }) + ", " + fill(words.hash, { hash: hash.slice(0, 16) })))];
      parent.append(element("p", "of-year", held.year[place] + " · " + named.join("; ")));
      parent.append(table([[words.item], [words.value, true], [words.place]], rows));
    }
  }

  function withUnit(value, unit) {
    return valueText(value) + (unit && typeof value === "number" ? " " + unit : "");
  }

  function unitOf(selection) {
    const units = new Set(selection.items.map((item) => item.split(".")).map(([name, column]) => (record.tables[name].columns[column] || ["", ""])[1]));
    return units.size === 1 ? [...units][0] : "";
  }

  /* ---- unit costs, and the figures of a plan ---- */

  function normsOf(parent, names) {
    const rows = names.map((name) => record.norms.rows[name]).filter(Boolean);
    if (!rows.length) return;
    const file = record.files[record.norms.file];
    const made = rows.map(([label, unit, low, , high, year, basis, source, note, row]) => [
      label, number(low) + "-" + number(high) + " / " + unit, String(year), [basis, source, note].filter(Boolean).join(". "), fill(words.row, { row }),
    ]);
    section(parent, words.norms, table([[words.measure], [words.unit_cost, true], [words.prices, true], [words.norm_source], [words.place]], made));
    const line = element("p", "quiet", fill(words.file, { file: file[0] }) + ". ");
    line.append(element("code", "", fill(words.hash, { hash: file[1].slice(0, 16) })));
    parent.append(line);
  }

  function planned(name, year, commune) {
    const column = record.plan.columns[name][2][year];
    return column ? column[commune] : null;
  }

  function planText(selection, commune) {
    const units = new Set(selection.items.map((name) => record.plan.columns[name][1]));
    const unit = units.size === 1 ? [...units][0] : "";
    const sums = selection.items.map((name) => {
      const values = selection.years.map((year) => planned(name, year, commune)).filter((value) => value !== null);
      return values.length ? values.reduce((sum, value) => sum + value, 0) : null;
    }).filter((value) => value !== null);
    if (!sums.length) return "";
    const shown = selection.how === "ends" || selection.how === "mean" ? [...new Set(sums.map(number))].join("-") : number(sums.reduce((sum, value) => sum + value, 0));
    return unit ? shown + " " + unit : shown;
  }

  function insidePlan(parent, selection, commune) {
    const rows = [];
    for (const year of selection.years) {
      for (const name of selection.items) {
        const [label, unit] = record.plan.columns[name], value = planned(name, year, commune);
        if (value !== null && (value !== 0 || selection.years.length === 1)) rows.push([label, String(year), number(value) + (unit ? " " + unit : "")]);
      }
    }
    if (rows.length) parent.append(table([[words.item], [words.year, true], [words.value, true]], rows));
    const works = record.plan.works, found = [], last = Math.max(...selection.years);
    works.commune.forEach((owner, place) => { if (owner === commune && works.start[place] <= last) found.push(place); });
    if (!found.length) return;
    const lines = found.map((place) => [
      works.criterion[place] + ". " + record.norms.rows[works.measure[place]][0],
      works.start[place] === works.finish[place] ? String(works.start[place]) : works.start[place] + "-" + works.finish[place],
      works.volume[place] === null ? "" : number(works.volume[place]) + " " + works.unit[place],
      number(works.cost[place]),
    ]);
    parent.append(table([[words.work], [words.year, true], [words.volume, true], [words.money, true]], lines));
    normsOf(parent, [...new Set(found.map((place) => works.measure[place]))]);
  }

  function scenarioOf(parent, selection) {
    const plan = record.plan, list = element("ul");
    const [name, hash] = record.files[plan.file];
    const head = element("li", "", plan.title + ". " + fill(words.file, { file: name }) + " ");
    head.append(element("code", "", fill(words.hash, { hash: hash.slice(0, 16) })));
    list.append(head);
    const changed = plan.changes.filter(([setting]) => selection.parts.includes(setting.split(".")[0]));
    for (const [setting, before, after, blockName, reason] of changed) {
      list.append(element("li", "", fill(words.changed, { block: blockName, setting, value: after, base: before }) + (reason ? " " + reason : "")));
    }
    if (selection.parts.length) list.append(element("li", "quiet", fill(words.settings, { parts: selection.parts.join(", "), file: record.files[plan.base][0] })));
    section(parent, words.scenario, list);
  }

  function communesOf(parent, selection) {
    const places = members(selection);
    const names = selection.kind === "requirements" || selection.kind === "lines" ? record.reporters[1] : record.communes[1];
    parent.append(element("h3", "", fill(words.communes, { count: number(places.length) })));
    if (!places.length) {
      parent.append(element("p", "quiet", words.nobody));
      return;
    }
    const lines = selection.kind === "lines" ? linesOf(selection) : null;
    if (lines && !lines.size) {
      const isShown = selection.items.some((item) => item.split(".")[1] in record.tables[item.split(".")[0]].columns);
      parent.append(element("p", "quiet", isShown ? words.not_reported : words.hidden));
      return;
    }
    const list = element("div");
    const one = (place) => {
      if (selection.kind === "units") return element("p", "", names[place]);
      const own = lines ? lines.get(place) || [] : null;
      const text = lines ? linesText(selection, own) : selection.kind === "plan" ? planText(selection, place) : summaryText(selection, place);
      const made = element("details"), head = element("summary");
      head.append(element("span", "", names[place]), element("span", "", text));
      made.append(head);
      made.addEventListener("toggle", () => {
        if (made.childElementCount > 1) return;
        const inner = element("div", "inner");
        if (lines) insideLines(inner, selection, own);
        else if (selection.kind === "plan") insidePlan(inner, selection, place);
        else insideCommune(inner, selection, place);
        made.append(inner);
      });
      return made;
    };
    const draw = (chosen) => {
      list.replaceChildren(...chosen.slice(0, SHOWN).map(one));
      if (chosen.length > SHOWN) {
        moreButton(list, chosen.length - SHOWN, () => list.append(...chosen.slice(SHOWN).map(one)));
      }
    };
    if (places.length > 12) {
      const filter = element("input", "tool");
      filter.type = "search";
      filter.placeholder = words.filter;
      filter.setAttribute("aria-label", words.filter);
      filter.addEventListener("input", () => {
        const asked = filter.value.trim().toLocaleLowerCase(language);
        draw(places.filter((place) => names[place].toLocaleLowerCase(language).includes(asked)));
      });
      parent.append(filter);
    }
    draw(places);
    if (places.length === 1 && list.firstElementChild.tagName === "DETAILS") list.firstElementChild.open = true;
    parent.append(list);
  }

  function filesOf(selection) {
    const found = new Set();
    if (!selection) return found;
    if (selection.kind === "files") selection.items.forEach((place) => found.add(place));
    if (selection.kind === "lines") {
      for (const item of selection.items) {
        const [name, column] = item.split("."), held = record.tables[name];
        found.add(held.file);
        for (const [, sheet] of held.words[column] || []) found.add(record.sheets[sheet][0]);
      }
    }
    if (selection.kind === "norms") found.add(record.norms.file);
    if (record.plan) record.plan.data.forEach((place) => found.add(place));
    for (const year of ["counts", "criteria", "requirements", "norms"].includes(selection.kind) ? selection.years : []) {
      const of = record.years[year];
      if (!of) continue;
      (Array.isArray(of.file) ? of.file : [of.file]).forEach((place) => found.add(place));
      for (const [, sheet] of (of.words || []).flat()) found.add(record.sheets[sheet][0]);
    }
    found.delete(null);
    return found;
  }

  function sourcesOf(parent, selection) {
    const list = element("ul");
    for (const place of filesOf(selection)) {
      const [name, hash, nature, date] = record.files[place];
      const item = element("li", "", name + (nature ? " (" + nature + (date ? ", " + date : "") + ") " : " "));
      if (hash) item.append(element("code", "", fill(words.hash, { hash: hash.slice(0, 16) })));
      list.append(item);
    }
    const about = record.about;
    const texts = [fill(words.cut_off, { date: about.cut_off }), fill(words.units, { date: about.units_on, hash: about.register }), about.boundaries].filter(Boolean);
    if (about.merge_rule) texts.push(fill(words.reported_on, { date: about.reported_on, rule: about.merge_rule }));
    if (about.digest) texts.push(fill(words.digest, { digest: about.digest }));
    texts.push(fill(words.code, { version: about.code }));
    for (const text of texts) list.append(element("li", "quiet", text));
    section(parent, words.sources, list);
  }

  function whereOf(figure) {
    const cell = figure.closest("td, th"), whole = figure.closest("table");
    if (cell && whole) {
      const texts = [whole.caption ? whole.caption.firstChild.textContent : ""];
      const row = cell.parentElement.querySelector('th[scope="row"]');
      if (row) texts.push(row.textContent);
      const place = [...cell.parentElement.children].indexOf(cell);
      const heads = whole.tHead ? [...whole.tHead.rows] : [];
      const named = cell.headers ? [] : [columnHead(heads, place)];
      return [...texts, ...named].map((text) => text.replace(/\s+/g, " ").trim()).filter(Boolean).join(" · ");
    }
    const near = figure.closest("p, li, figcaption, figure") || figure.parentElement;
    if (!near) return "";
    const told = near.tagName === "FIGURE" ? near.querySelector("figcaption") || near : near;
    const text = (told.innerText || told.textContent).replace(/\s+/g, " ").trim();
    return text.length > 220 ? text.slice(0, 217) + "…" : text;
  }

  function columnHead(rows, place) {
    const taken = [];
    let text = "";
    rows.forEach((row, level) => {
      let column = 0;
      for (const cell of row.cells) {
        while (taken[level] && taken[level][column]) column += 1;
        for (let down = 0; down < cell.rowSpan; down += 1) {
          taken[level + down] = taken[level + down] || [];
          for (let over = 0; over < cell.colSpan; over += 1) taken[level + down][column + over] = true;
        }
        if (column <= place && place < column + cell.colSpan) text += (text ? ", " : "") + cell.textContent.trim();
        column += cell.colSpan;
      }
    });
    return text;
  }

  function build() {
    panel = element("dialog", "provenance");
    panel.setAttribute("aria-labelledby", "provenance-title");
    const head = element("div", "provenance-head"), title = element("h2"), close = element("button", "", words.close);
    title.id = "provenance-title";
    close.type = "button";
    close.addEventListener("click", () => panel.close());
    head.append(title, close);
    panel.append(head, element("div", "provenance-body"));
    panel.lastElementChild.tabIndex = -1;
    panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
    panel.addEventListener("keydown", (event) => event.stopPropagation()); // a page of slides turns its leaves by keys
    panel.addEventListener("close", () => { if (opener) opener.focus({ preventScroll: true }); });
    document.body.append(panel);
  }

  async function open(figure) {
    if (!panel) build();
    opener = figure;
    const title = panel.querySelector("h2"), body = panel.querySelector(".provenance-body");
    title.replaceChildren(element("strong", "", figure.textContent.trim()), words.open);
    body.replaceChildren();
    try {
      record = record || (await unpack());
      const selection = selectionOf(figure.dataset.figure);
      if ([...filesOf(selection)].some((place) => record.files[place][4])) body.append(element("p", "provenance-mark", words.illustrative));
      const where = whereOf(figure);
      if (where && where !== figure.textContent.trim()) section(body, words.where, element("p", "quiet", where));
      section(body, words.meaning, element("p", "", selection ? selection.meaning : words.unresolved));
      if (selection && selection.kind !== "none") {
        rulesOf(body, selection);
        if (selection.kind === "norms") normsOf(body, selection.items);
        else if (selection.kind !== "files") communesOf(body, selection);
        if (record.plan) scenarioOf(body, selection);
      }
      sourcesOf(body, selection);
    } catch (_error) {
      body.replaceChildren(element("p", "", words.broken));
    }
    if (!panel.open) panel.showModal();
    body.scrollTop = 0;
  }

  /* ---- figures as doors: every figure of a text is a stop of the keyboard, of a table one, with arrow keys inside ---- */

  function isDoor(figure) {
    return figure instanceof HTMLElement;
  }

  function prepare() {
    const main = document.querySelector("main");
    const seen = new Set();
    for (const figure of document.querySelectorAll("[data-figure]")) {
      if (!isDoor(figure)) continue;
      figure.setAttribute("role", "button");
      figure.setAttribute("aria-haspopup", "dialog");
      const whole = figure.closest("table");
      figure.tabIndex = whole && seen.has(whole) ? -1 : 0;
      if (whole) seen.add(whole);
      if (!main) figure.title = words.hint;
    }
    document.body.classList.add("has-provenance");
    const first = main && main.querySelector(".ntm-part, section, .lead");
    if (first) first.before(element("p", "provenance-hint", words.hint));
  }

  function move(figure, key) {
    const cell = figure.closest("td, th"), whole = figure.closest("table");
    if (!cell || !whole) return false;
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[key];
    let row = [...whole.rows].indexOf(cell.parentElement), column = [...cell.parentElement.children].indexOf(cell);
    for (;;) {
      row += step[0];
      column += step[1];
      const next = whole.rows[row] && whole.rows[row].children[column];
      if (!next && (step[1] || !whole.rows[row])) return true;
      const found = next && next.querySelector("[data-figure]");
      if (found) {
        figure.tabIndex = -1;
        found.tabIndex = 0;
        found.focus();
        return true;
      }
    }
  }

  document.addEventListener("click", (event) => {
    const figure = event.target.closest && event.target.closest("[data-figure]");
    if (figure && !event.target.closest("a, summary, dialog")) open(figure);
  });
  document.addEventListener("keydown", (event) => {
    const figure = event.target.closest && event.target.closest("[data-figure]");
    if (!figure || event.altKey || event.ctrlKey || event.metaKey) return;
    const isOpening = event.key === "Enter" || event.key === " ";
    if (!isOpening && !(event.key.startsWith("Arrow") && move(figure, event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    if (isOpening) open(figure);
  }, true);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();

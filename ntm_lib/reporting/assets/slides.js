Reveal.initialize({
  width: 1280, height: 720, margin: 0.03, hash: false, slideNumber: "c/t", transition: "none", center: false,
  showNotes: new URLSearchParams(location.search).has("notes"), pdfSeparateFragments: false,
});

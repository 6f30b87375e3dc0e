"""What a page is made of: numbers in words, figures with keys, tables, charts, maps, the page itself."""

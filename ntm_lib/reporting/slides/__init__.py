"""Slides for a conference, from the same contents as the report: a web page (nbconvert, reveal.js) and PowerPoint."""

"""Write plans as files of an office suite: a workbook and a draft document."""

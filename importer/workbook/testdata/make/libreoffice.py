"""Writes contacts.fods, a flat OpenDocument file, from which LibreOffice makes
libreoffice.xlsx."""

import sys
from xml.sax.saxutils import escape, quoteattr

FORMATS = {
    "zeros": '<number:number-style style:name="Nzeros"><number:number number:decimal-places="0" number:min-integer-digits="11"/></number:number-style>',
    "plus": '<number:number-style style:name="Nplus"><number:text>+</number:text><number:number number:decimal-places="0" number:min-integer-digits="1"/></number:number-style>',
    "power": '<number:number-style style:name="Npower"><number:scientific-number number:decimal-places="2" number:min-integer-digits="1" number:min-exponent-digits="2"/></number:number-style>',
    "grouped": '<number:number-style style:name="Ngrouped"><number:number number:decimal-places="0" number:min-integer-digits="1" number:grouping="true"/></number:number-style>',
    "bool": '<number:boolean-style style:name="Nbool"><number:boolean/></number:boolean-style>',
    "date": '<number:date-style style:name="Ndate"><number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>',
}


def text(value, formula=None):
    lines = "".join("<text:p>%s</text:p>" % escape(line) for line in value.split("\n"))
    of = "" if formula is None else " table:formula=%s" % quoteattr("of:=" + formula)
    return '<table:table-cell%s office:value-type="string">%s</table:table-cell>' % (of, lines)


def number(value, style=None, formula=None):
    of = "" if formula is None else " table:formula=%s" % quoteattr("of:=" + formula)
    named = "" if style is None else ' table:style-name="c%s"' % style
    return '<table:table-cell%s%s office:value-type="float" office:value="%d"/>' % (named, of, value)


BLANK = "<table:table-cell/>"
ROWS = [
    ("How", text("Phone"), "Country", "Note"),
    ("a number", number(14155552671), "US", ""),
    ("a number of 12 digits", number(447900900123), "GB", ""),
    ("a number of 15 digits", number(123456789012345), "US", "all that a spreadsheet keeps"),
    ("text", text("+4915123456789"), "DE", ""),
    ("text with a zero in front", text("0151 23456789"), "DE", 'Zoë "quoted"'),
    ("a number with zeros by its format", number(7900900123, "zeros"), "GB", "format 00000000000"),
    ("a number with a plus by its format", number(33612345678, "plus"), "FR", 'format "+"0'),
    ("a number shown as 4.48E+11", number(447900900124, "power"), "GB", "format 0.00E+00"),
    ("a number with separators", number(61412345678, "grouped"), "AU", "format #,##0"),
    ("a formula that gives text", text("+393331234567", '"+"&"393331234567"'), "IT", ""),
    ("a formula that gives a number", number(14155552672, formula="[.B2]+1"), "US", ""),
    ("a date", '<table:table-cell table:style-name="cdate" office:value-type="date" office:date-value="2024-01-31"/>', "US", ""),
    ("true", '<table:table-cell table:style-name="cbool" office:value-type="boolean" office:boolean-value="true"/>', "US", ""),
    ("an error", '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""/>', "US", ""),
    ("text of several formats", '<table:table-cell office:value-type="string"><text:p><text:span text:style-name="bold">+34</text:span> 612 345 678</text:p></table:table-cell>', "ES", ""),
    ("text over two lines", text("+4915123456788"), "DE", "one\ntwo"),
    ("nothing", BLANK, "US", ""),
]

spaces = "".join(' xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % pair for pair in [
    ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("number", "datastyle"), ("fo", "xsl-fo-compatible")])
spaces += ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
styles = "".join(FORMATS.values()) + "".join(
    '<style:style style:name="c%s" style:family="table-cell" style:data-style-name="N%s"/>' % (name, name) for name in FORMATS)
styles += '<style:style style:name="bold" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
rows = "".join("<table:table-row>%s%s%s%s</table:table-row>" % (
    text(how), phone, text(country), text(note) if note else BLANK) for how, phone, country, note in ROWS)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write('<?xml version="1.0" encoding="UTF-8"?><office:document%s office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
              '<office:automatic-styles>%s</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="Contacts">%s'
              '</table:table></office:spreadsheet></office:body></office:document>' % (spaces, styles, rows))

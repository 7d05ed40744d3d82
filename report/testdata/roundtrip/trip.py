"""Sends the files of a report through LibreOffice and back into sent-import, and
compares every row with the number that is meant. README.md says how."""

import argparse
import collections
import csv
import io
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FILES = ["invalid.xlsx", "invalid.csv", "retry.xlsx", "retry.csv"]

# What a person types into the cell of a row. "untouched" is a row that nobody repairs.
SPELLINGS = ["+49 151 23456789", "+4915123456789", "+49-151-23456789", "0151 23456789", "015123456789", "4915123456789", "untouched"]
# A row with one of these has its number wherever the cell keeps what was typed.
WHOLE = SPELLINGS[:3]
# These need the country of the row, so nobody types them where that is another one.
NATIONAL = SPELLINGS[3:5]

# Rows that can be another number by the rules as they are: README.md says why. The list
# and the file, or their beginning, and the kind.
KNOWN = [
    ("", "retry.csv", "good: E.164, landline of another country"),
]

# How the document is saved: the name, the extension, the options of the filter (the
# separator, the quote, the character set, the first line, no formats of columns, the
# language, all text quoted, cells as shown), the encoding and the separator.
WAYS = [
    ("CSV UTF-8 comma", "csv", "44,34,76,1,,0,false,true", "utf-8", ","),
    ("CSV UTF-8 semicolon", "csv", "59,34,76,1,,0,false,true", "utf-8", ";"),
    ("CSV Windows-1252 comma", "csv", "44,34,1,1,,0,false,true", "cp1252", ","),
    ("CSV not as shown", "csv", "44,34,76,1,,0,false,false", "utf-8", ","),
    ("xlsx", "xlsx", "", "", ""),
]
# What the dialog has when a CSV file is opened: tab, comma and semicolon, quotes, UTF-8,
# quoted cells are recognised like others, special numbers are not.
OPENED = "9/44/59,34,76,1,,0,false,false"
CSV = "Text - txt - csv (StarCalc)"


def prop(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


def url(path):
    return pathlib.Path(path).resolve().as_uri()


class Office:
    """A LibreOffice of its own, with default settings and the locale that is asked for."""

    def __init__(self, work, locale):
        profile = work / ("profile-" + locale)
        settings = profile / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(
            '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
            '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
            "<value>%s</value></prop></item></oor:items>" % locale)
        pipe = "roundtrip-%d" % os.getpid()
        self.process = subprocess.Popen(
            ["soffice", "-env:UserInstallation=" + url(profile), "--headless", "--norestore", "--nologo", "--accept=pipe,name=%s;urp;" % pipe],
            stderr=subprocess.DEVNULL)
        context = self.connect(pipe)
        service = context.ServiceManager.createInstanceWithContext
        self.desktop = service("com.sun.star.frame.Desktop", context)
        self.dispatcher = service("com.sun.star.frame.DispatchHelper", context)

    def connect(self, pipe):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(240):
            try:
                return resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
            except Exception:  # it is not there yet
                time.sleep(0.5)
        sys.exit("LibreOffice does not answer")

    def close(self):
        self.desktop.terminate()
        self.process.wait()

    def open(self, path):
        options = [prop("Hidden", True)]
        if path.suffix == ".csv":
            options += [prop("FilterName", CSV), prop("FilterOptions", OPENED)]
        return self.desktop.loadComponentFromURL(url(path), "_blank", 0, tuple(options))

    def type(self, document, cell, text):
        """Types as a person does. cell.setFormula would not be the same: it makes no
        sum of +49-151-23456789, and a number of text in a cell that is formatted as
        text."""
        document.CurrentController.select(cell)
        self.dispatcher.executeDispatch(document.CurrentController.Frame, ".uno:EnterString", "", 0, (prop("StringName", text),))

    def save(self, document, path, options):
        name = CSV if path.suffix == ".csv" else "Calc MS Excel 2007 XML"
        document.storeToURL(url(path), (prop("FilterName", name), prop("FilterOptions", options)))


def spell(row, spelling):
    """The row's number as the spelling writes that of +49 151 23456789."""
    digits = lambda text: re.sub(r"\D", "", text)
    return {
        "+49 151 23456789": row["international"],
        "+4915123456789": row["number"],
        "+49-151-23456789": row["international"].replace(" ", "-"),
        "0151 23456789": row["national"],
        "015123456789": digits(row["national"]),
        "4915123456789": digits(row["number"]),
    }[spelling]


def places_of(name):
    """A number for each row, so that each kind of row gets each spelling."""
    number = int(name.split()[1])
    return number + number // 7


def repair(office, document, rows, turn):
    """Types into the phone cell of each row, and returns the id and the spelling of each
    row of the sheet, by its number from 1."""
    sheet = document.Sheets.getByIndex(0)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    ids = [cell[0] for cell in sheet.getCellRangeByPosition(0, 0, 0, cursor.RangeAddress.EndRow).getDataArray()]
    header = sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, 0).getDataArray()[0]
    column = header.index("Phone")
    places = {}
    document.lockControllers()
    for at, name in enumerate(ids[1:], 1):
        if name not in rows:
            sys.exit("no row of the list: %r" % name)
        spelling = SPELLINGS[(turn + places_of(name)) % len(SPELLINGS)]
        if rows[name]["kind"].startswith("good") and places_of(name) % 40 > 0:
            spelling = "untouched"
        if spelling in NATIONAL and rows[name]["elsewhere"] == "true":
            spelling = SPELLINGS[NATIONAL.index(spelling)]
        if spelling != "untouched":
            office.type(document, sheet.getCellByPosition(column, at), spell(rows[name], spelling))
        places[at + 1] = (name, spelling)
    document.unlockControllers()
    return places


def by_line(path, encoding, separator):
    """The row's id by the first line of its record."""
    ids, line = {}, 1
    reader = csv.reader(io.StringIO(path.read_text(encoding=encoding, errors="replace"), newline=""), delimiter=separator)
    for record in reader:
        ids[line] = record[0].strip("\ufeff") if record else ""
        line = reader.line_num + 1
    return ids


class Program:
    def __init__(self, work):
        self.path = work / "sent-import"
        subprocess.run(["go", "build", "-o", self.path, "./cmd/sent-import"], cwd=ROOT, check=True)

    def check(self, file, flags):
        """The report's rows, or the message of a file that was refused as a whole."""
        out = file.parent / "checked"
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run([self.path, "check", file, "--report", out, "--max-invalid", "100%", *flags], capture_output=True, text=True)
        if done.returncode not in (0, 3):
            return None, done.stderr
        with open(out / "report.csv", newline="") as report:
            return list(csv.DictReader(report)), done.stderr

    def next(self, file):
        """The flags of the command that imports the repaired rows, from a run against the
        simulator."""
        simulator = subprocess.Popen([self.path, "simulate", "--listen", "127.0.0.1:0", "--rate-limit", "0", "--latency", "0s"],
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            address = next(m.group() for m in (re.search(r"http://[0-9.]+:\d+", line) for line in simulator.stdout) if m)
            done = subprocess.run([self.path, "run", file, "--base-url", address, "--rate", "unlimited", "--max-invalid", "100%", "--state", file.parent / "state"],
                                  env={**os.environ, "SENT_DM_API_KEY": "any"}, capture_output=True, text=True)
        finally:
            simulator.terminate()
            simulator.wait()
        command = re.search(r"^next: +(.*)$", done.stdout, re.M)
        words = shlex.split(command.group(1)) if command else []
        if not any(word.endswith("invalid.xlsx") for word in words):
            sys.exit("the command that imports repaired rows is not named:\n" + done.stdout + done.stderr)
        return words[words.index("--numbers"):][:2] if "--numbers" in words else []


def compare(places, ids, report, rows):
    """What became of each row: yields its id, spelling, result and row of the report."""
    found = {}
    for r in report:
        found.setdefault(ids.get(int(r["line"])), r)
    for name, spelling in places.values():
        r = found.pop(name, None)
        if r is None:
            yield name, spelling, "lost", {}
        elif r["status"] == "invalid":
            yield name, spelling, "reason", r
        else:
            yield name, spelling, "right" if r["phone"] == rows[name]["number"] else "another", r
    for name, r in found.items():
        if name not in rows:
            yield name, "", "new", r


def write_list(path, bare):
    text = subprocess.run(["go", "run", "./" + str(HERE.relative_to(ROOT)), *(["bare"] if bare else [])],
                          cwd=ROOT, check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    with open(path, "w", newline="", encoding="utf-8") as out:
        w = csv.writer(out)
        w.writerow(["Id", "Name", "Phone", "Country", "Note"])
        w.writerows([r["id"], r["name"], r["phone"], r["country"], r["note"]] for r in rows)
    return {r["id"]: r for r in rows}


def trips(office, program, work, name, turns, result):
    """All trips of one list. result gets what became of each row."""
    directory = work / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    source = directory / "list.csv"
    rows = write_list(source, name == "bare")
    flags = program.next(source)
    first, _ = program.check(source, [])
    ids = by_line(source, "utf-8", ",")
    wrong = {i: (r["input"], rows[i]["country"]) for r in first for i in [ids[int(r["line"])]] if r["status"] != "invalid" and r["phone"] != rows[i]["number"]}
    counts = collections.Counter(r["reason"] for r in first)
    print("%s: %d rows, flags of next: %s; %s" % (name, len(rows), " ".join(flags) or "none", dict(counts)), flush=True)
    if wrong:
        print("%s: left out, since they say another number before any trip: %s" % (name, wrong), flush=True)
    shutil.copytree(directory / "checked", directory / "report")
    for turn in range(turns):
        for file in FILES:
            document = office.open(directory / "report" / file)
            places = repair(office, document, rows, turn)
            for way, extension, options, encoding, separator in WAYS:
                saved = directory / ("saved." + extension)
                office.save(document, saved, options)
                report, said = program.check(saved, flags if file.startswith("invalid") else [])
                if report is None:
                    print("%s, %s, %s: refused as a whole: %s" % (name, file, way, said), flush=True)
                    result(name, file, way, [(n, s, "refused", {}) for n, s in places.values() if n not in wrong], rows)
                    continue
                ids = {at: n for at, (n, _) in places.items()} if extension == "xlsx" else by_line(saved, encoding, separator)
                result(name, file, way, [row for row in compare(places, ids, report, rows) if row[0] not in wrong], rows)
            document.close(True)
            print("%s, turn %d, %s: done" % (name, turn, file), file=sys.stderr, flush=True)


KINDS = ["right", "reason", "another", "lost", "new", "refused"]


def show(title, tallies):
    print("\n| %s | %s |\n|%s" % (title, " | ".join(KINDS), "---|" * (len(KINDS) + title.count("|") + 1)))
    for key, tally in tallies.items():
        print("| %s | %s |" % (" | ".join(key), " | ".join(str(tally[k]) for k in KINDS)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=pathlib.Path, help="an empty directory for all files")
    parser.add_argument("--locale", default="en-US")
    parser.add_argument("--turns", type=int, default=len(SPELLINGS), help="how many of the spellings each row gets")
    parser.add_argument("--lists", default="mixed,bare")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    program, office = Program(work), Office(work, args.locale)
    ways, spellings, lacking = (collections.defaultdict(collections.Counter) for _ in range(3))
    known = 0
    rows_out = open(work / "rows.csv", "w", newline="", encoding="utf-8")
    every = csv.writer(rows_out)
    every.writerow(["list", "file", "way", "spelling", "kind", "id", "country", "number", "result", "cell", "phone", "reason", "message"])

    def result(name, file, way, found, rows):
        nonlocal known
        for row, spelling, what, r in found:
            ways[name, file, way][what] += 1
            spellings[name, file, "xlsx" if way == "xlsx" else "CSV", spelling][what] += 1
            if way == "xlsx" and file.endswith("xlsx") and spelling in WHOLE and what != "right":
                lacking[name, file][what] += 1
            of = rows.get(row, collections.defaultdict(str))
            known += what == "another" and any(name.startswith(n) and file.startswith(f) and of["kind"] == kind for n, f, kind in KNOWN)
            every.writerow([name, file, way, spelling, of["kind"], row, of["country"], of["number"], what, r.get("input", ""), r.get("phone", ""), r.get("reason", ""), r.get("message", "")])

    try:
        for name in args.lists.split(","):
            trips(office, program, work, name, args.turns, result)
    finally:
        office.close()
        rows_out.close()
        show("list | file | saved as", ways)
        show("list | file | saved as | typed", spellings)
    total = sum(ways.values(), collections.Counter())
    bad = total["another"] + total["lost"] + total["new"] + total["refused"] - known + sum(sum(c.values()) for c in lacking.values())
    print("\n%d rows, %d of them known to be another number; of workbooks saved as such, not in though repaired: %s" % (sum(total.values()), known, {k: dict(v) for k, v in lacking.items()} or "none"))
    sys.exit(1 if bad else 0)


main()

# SPDX-License-Identifier: MIT
"""How the result is written: text, JSON, a page, a line on a terminal."""

import errno
import os
import pty
import re
import subprocess
import tempfile
import xml.etree.ElementTree

from bench import SECTION, WSBENCH, expect_sums, run, run_json, serving, \
    url_of
from checks import check, expect, expect_that
from rogue import Rogue, said

TIME = r"(\d+ ns|\d\.\d us|\d+ us|\d+\.\d\d ms|\d+\.\d\d s)"
TEXT = re.compile(
    r"ws://127\.0\.0\.1:\d+/raw  16 connections, 1 in flight, 20 B text, "
    r"\d+\.\d s\n"
    r"handshakes  16 ok, 0 failed, p50 \d+\.\d\d ms, max \d+\.\d\d ms\n"
    r"messages    500 sent, 500 right, 0 wrong, 0 lost\n"
    r"rate        \d+ messages/s, \d+\.\d MB/s each way\n"
    f"latency     p50 {TIME}  p90 {TIME}  p99 {TIME}  p99.9 {TIME}  "
    f"max {TIME}\n"
    r"\nlatency by percentile\n"
    rf"(  (p[\d.]+|max) +{TIME}  #+\n){{10}}")


@check("R1", SECTION, "text: the lines of the manual")
def text(_):
    with serving() as server:
        result = run("-n500", url_of(server))
    expect("exit status, errors", (0, ""), (result.status, result.errors))
    expect_that(TEXT.fullmatch(result.output), "the lines", result.output)


@check("R1", SECTION, "text: {}", cases={
    "sizes": (("-s64K", "-c2", "-n4", "-m2", "--type=binary"),
              r"2 connections, 2 in flight, 64 KiB binary, "),
    "UTF-8": (("-s100", "-c1", "-n4", "--type=utf8"),
              r"1 connections, 1 in flight, 100 B UTF-8 text, "),
    "a rate": (("-r100", "-d100ms"), r"messages/s of 100, "),
    "idle": (("--idle=3", "-d100ms"), r"\nidle        3 held for \d+\.\d s\n"),
    "handshakes": (("--handshakes", "-n5"), r"\d+ handshakes/s\n")})
def other_text(_, case):
    arguments, pattern = case
    with serving() as server:
        result = run(*arguments, url_of(server))
    expect("exit status", 0, result.status)
    expect_that(re.search(pattern, result.output), pattern, result.output)


@check("R2", SECTION, "JSON: an object that adds up")
def json_sums(_):
    with serving() as server:
        result = run_json(0, "-d300ms", "-m5", "-s99", url_of(server))
    expect_sums(result)
    expect("what was asked for", (16, 5, 99, "ascii", "messages"), tuple(
        result[name] for name in ("connections", "in_flight", "size", "type",
                                  "mode")))
    values = result["latency_us"]
    names = ["min", "p1", "p10", "p25", "p50", "p75", "p90", "p99", "p99.9",
             "p99.99", "max"]
    expect("percentiles in order", sorted(values[name] for name in names),
           [values[name] for name in names])


@check("R2", SECTION, "the server's processor time: {}", cases={
    "of a process that is there": True, "of one that is gone": False})
def server_time(_, is_there):
    gone = subprocess.Popen(["true"])
    gone.wait()
    with serving() as server:
        pid = server.pid if is_there else gone.pid
        result = run("-n50", f"--pid={pid}", url_of(server))
    expect("exit status", 0, result.status)
    line = r"\nserver      \d+\.\d\d s of processor time, \d+\.\d\d us each\n"
    expect("the line", is_there, bool(re.search(line, result.output)))
    expect("its name", is_there, "\nserver " in result.output)


def elements(page):
    """Of a page that is well-formed."""
    return list(xml.etree.ElementTree.fromstring(
        page.replace("<!DOCTYPE html>", "")).iter())


@check("R3", SECTION, "a page: well-formed, with plots, all in one file")
def page(_):
    with tempfile.TemporaryDirectory() as folder, serving() as server:
        file = os.path.join(folder, "page.html")
        result = run("-d2500ms", f"--html={file}", url_of(server) +
                     "?a=%22&b")
        expect("exit status", 0, result.status)
        with open(file, encoding="utf-8") as stream:
            content = stream.read()
    found = elements(content)
    expect("plots", 3, sum(each.tag == "svg" for each in found))
    expect_that(any("?a=%22&b" in (each.text or "") for each in found),
                "the URL", content[:2000])
    for each in found:
        expect_that(not {"src", "href"} & set(each.attrib) and
                    each.tag not in ("link", "script", "iframe", "img"),
                    "nothing from elsewhere", each.tag)
    expect_that(not re.search(r"url\(|@import|https?://", content),
                "no references", content[:500])


def read_page(status, *arguments):
    """The texts of headings, paragraphs and cells, and the whole page."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "page.html")
        result = run(f"--html={file}", *arguments)
        expect(f"exit status ({result.errors})", status, result.status)
        with open(file, encoding="utf-8") as stream:
            content = stream.read()
    return ["".join(each.itertext()) for each in elements(content)
            if each.tag in ("h1", "p", "th", "td")], content


def expect_row(texts, name, value):
    expect(name, value, texts[texts.index(name) + 1])


@check("R3", SECTION, "a page: {}", cases={
    "a rate": (("-r100", "-d200ms"), {
        "messages sent": "20", "lost": "0", "due but not sent": "0",
        "messages a second wanted": "100"}, "Latencies count from when"),
    "handshakes": (("--handshakes", "-n7", "-c2"), {
        "opening handshakes": "7", "failed": "0"}, "handshakes a second"),
    "idle": (("--idle=3", "-d100ms"), {
        "connections held": "3", "right replies": "3"}, "idle, then 1 in")})
def other_page(_, case):
    arguments, rows, text = case
    with serving() as server:
        texts, content = read_page(0, *arguments, url_of(server))
    for name, value in rows.items():
        expect_row(texts, name, value)
    expect_that(text in content, text, texts)


@check("R3", SECTION, "a page: what failed, and a prefix that looks like HTML")
def page_of_failures(_):
    def serve(guest):
        guest.open()
        for number in range(3):
            opcode, payload = guest.receive_frame()
            guest.send(said(opcode, b"<b>&\"" + payload[number:]))
        guest.receive_frame()

    with Rogue(serve) as rogue:
        texts, content = read_page(1, "-c1", "-n9", rogue.url)
    for name, value in (("messages sent", "4"), ("right replies", "1"),
                        ("wrong", "2"), ("lost", "1")):
        expect_row(texts, name, value)
    expect_that("<q>&lt;b>&amp;\\x22</q>" in content, "the prefix", texts)


@check("R3", SECTION, "a page without a reply has no plots")
def page_without_replies(_):
    def serve(guest):
        guest.open()
        guest.receive_frame()

    with Rogue(serve) as rogue:
        texts, content = read_page(1, "-c1", "-n1", rogue.url)
    expect_row(texts, "lost", "1")
    expect_that("<svg" not in content, "no plots", content)


@check("R3", SECTION, "a page that cannot be written is an error")
def no_page(_):
    for file, error in (("/no/such/folder/page", errno.ENOENT),
                        ("/dev/full", errno.ENOSPC)):
        with serving() as server:
            result = run("-n5", f"--html={file}", url_of(server))
        expect("exit status", 1, result.status)
        expect("the reason",
               f"wsbench: cannot write '{file}': {os.strerror(error)}\n",
               result.errors)


@check("R4", SECTION, "standard output that is full is an error")
def full_output(_):
    with serving() as server, open("/dev/full", "wb") as full:
        done = subprocess.run([WSBENCH, "-n5", url_of(server)], stdout=full,
                              stderr=subprocess.PIPE, timeout=60, check=False)
    expect("exit status", 1, done.returncode)
    expect_that(b"standard output" in done.stderr, "the reason", done.stderr)


def read_terminal(descriptor):
    shown = b""
    try:
        while data := os.read(descriptor, 4096):
            shown += data
    except OSError:  # the other end is closed
        pass
    return shown.decode()


@check("R5", SECTION, "a line on a terminal tells how it goes, and vanishes")
def progress(_):
    ours, theirs = pty.openpty()
    with serving() as server:
        process = subprocess.Popen(
            [WSBENCH, "-d1500ms", url_of(server)], stderr=theirs,
            stdout=subprocess.PIPE)
        os.close(theirs)
        shown = read_terminal(ours)
        output = process.communicate(timeout=60)[0]
    os.close(ours)
    expect("exit status", 0, process.returncode)
    expect_that(re.search(r"\r\x1b\[K\d+ s  16 connections  \d+ messages/s",
                          shown), "progress", shown)
    expect_that(shown.endswith("\r\x1b[K"), "a clean line", shown)
    expect_that(b"connections  " not in output, "the result alone", output)

# SPDX-License-Identifier: MIT
"""wsclient at a terminal, driven by key strokes (INTERFACE.md, wsclient)."""

import os
import queue
import shutil
import stat
import tempfile

from checks import Skip, check, expect, expect_that
from group_faults import NASTY, SHOWN
from peer import BINARY, PING, PONG, TEXT
from rogue import Rogue, said, said_close
from screen import Screen, mode_of, read_file
from server import Server

SECTION = "INTERFACE wsclient"
BANNER = "Connected (press CTRL+C to quit)"
PROMPT = "Enter message (or 'quit' to exit): "
SANE = "icanon echo"


class Puppet:
    """A rogue server that says what it is told, when it is told."""

    def __init__(self, *arguments, **rest):
        self.orders = queue.Queue()
        self.rogue = Rogue(self.serve)
        self.screen = Screen(self.rogue.url, *arguments, **rest)

    def __enter__(self):
        self.rogue.__enter__()
        self.screen.__enter__()
        return self, self.screen

    def __exit__(self, kind, *rest):
        self.orders.put(None)
        self.screen.__exit__(kind, *rest)
        self.rogue.__exit__(kind, *rest)

    def serve(self, guest):
        guest.open()
        while (order := self.orders.get()) is not None:
            order(guest)

    def do(self, order):
        self.orders.put(order)

    def say(self, *frames):
        self.do(lambda guest: guest.send(*frames))


@check("T", SECTION, "the screen as users are told it is")
def literal_screen(_):
    with Server() as server:
        with Screen("-c", "ws://%s:%d" % server.address) as screen:
            screen.expect(BANNER, PROMPT)
            screen.enter("hi there")
            screen.expect(BANNER, PROMPT + "hi there",
                          "Received: Server received: hi there", PROMPT)
            screen.type("half a li")
            screen.expect(BANNER, PROMPT + "hi there",
                          "Received: Server received: hi there",
                          PROMPT + "half a li")
            server.terminate()
            screen.expect(BANNER, PROMPT + "hi there",
                          "Received: Server received: hi there",
                          'Connection closed by server (1001, "going away")',
                          "status 0", SANE)


@check("T", SECTION, "{} closes with 1000 and ends with 0", cases={
    "quit": ["q", "u", "i", "t", "Enter"], "QuIt": ["Q", "u", "I", "t",
                                                    "Enter"],
    "Ctrl-D": ["C-d"], "Ctrl-C": ["C-c"]})
def ways_out(_, keys):
    def leave(guest):
        guest.expect_close(1000)
        guest.send(said(TEXT, "last words"), said_close())

    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.do(leave)
        screen.press(*keys)
        screen.expect(BANNER, PROMPT + "".join(keys[:4]) * (len(keys) > 1),
                      "Received: last words", "status 0", SANE)


@check("T", SECTION, "Ctrl-C in mid-line leaves the line to be seen")
def interrupted_line(_):
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.do(lambda guest: guest.leave())
        screen.type("x" * 50)
        screen.press("C-a")
        screen.expect(BANNER, PROMPT + "x" * 35, "x" * 15)
        screen.expect_cursor(1, len(PROMPT))
        screen.press("C-c")
        screen.expect(BANNER, PROMPT + "x" * 35, "x" * 15, "status 0", SANE)


@check("T", SECTION, "a second Ctrl-C does not wait for the server")
def second_interrupt(_):
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        screen.press("C-c")
        puppet.do(lambda guest: guest.expect_close(1000))
        screen.expect(BANNER, PROMPT)
        screen.expect_cursor(2, 0)
        screen.press("C-c")
        screen.expect(BANNER, PROMPT, "^Cstatus 130", SANE)


@check("T", SECTION, "{} are typed, edited and sent", cases={
    "letters": (["a", "c", "Left", "b"], "abc"),
    "deleted ones": (["a", "b", "x", "BSpace", "c"], "abc"),
    "the ends of a line": (["b", "C-a", "a", "C-e", "c"], "abc"),
    "words killed": (["a", "Space", "b", "C-w", "b"], "a b"),
    "the rest killed": (["a", "b", "C-a", "C-k", "c"], "c"),
    "one under the cursor": (["a", "b", "C-a", "C-d"], "b"),
    "umlauts": (["\u00e4", "\u4e16", "BSpace", "\U0001f600"],
                "\u00e4\U0001f600"),
    "an empty line": ([], "")})
def editing(_, case):
    keys, sent = case
    with Puppet("-q") as (puppet, screen):
        screen.expect(">")
        if keys:
            screen.press(*keys)
        screen.press("Enter")
        puppet.do(lambda guest: guest.expect_frame(TEXT, sent.encode()))
        screen.expect("> " + sent, ">")
        puppet.say(said_close())
        screen.expect("> " + sent, "Connection closed by server (1000)",
                      "status 0", SANE)


@check("T", SECTION, "a reply in mid-line is shown above it")
def reply_in_mid_line(_):
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        screen.type("one two")
        screen.press("Left", "Left", "Left")
        screen.expect(BANNER, PROMPT + "one two")
        puppet.say(said(TEXT, "a"), said(TEXT, "b"))
        screen.expect(BANNER, "Received: a", "Received: b",
                      PROMPT + "one two")
        screen.expect_cursor(3, len(PROMPT) + 4)
        screen.type("and ")
        screen.press("Enter")
        puppet.do(lambda guest: guest.expect_frame(TEXT, b"one and two"))
        screen.expect(BANNER, "Received: a", "Received: b",
                      PROMPT + "one and two", PROMPT)


@check("T", SECTION, "a reply above a line of {}", cases={
    "several rows": ("x" * 100, 0, ["x" * 35, "x" * 65], (3, 65)),
    "several rows, the cursor in the first":
        ("x" * 100, 90, ["x" * 35, "x" * 65], (2, 45)),
    "exactly one row": ("x" * 35, 0, ["x" * 35, ""], (3, 0)),
    "wide letters": ("\u4e16" * 30, 0, ["\u4e16" * 17, "\u4e16" * 13],
                     (3, 26)),
    "wide letters, the cursor in the first row":
        ("\u4e16" * 30, 25, ["\u4e16" * 17, "\u4e16" * 13], (2, 45))})
def reply_above_rows(_, case):
    typed, left, rows, cursor = case
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        screen.type(typed)
        if left:
            screen.press("-N", str(left), "Left")
        screen.expect(BANNER, PROMPT + rows[0], *rows[1:])
        puppet.say(said(TEXT, "reply"))
        screen.expect(BANNER, "Received: reply", PROMPT + rows[0], *rows[1:])
        screen.expect_cursor(*cursor)
        screen.press("Enter")
        puppet.do(lambda guest: guest.expect_frame(TEXT, typed.encode()))
        screen.expect(BANNER, "Received: reply", PROMPT + rows[0], *rows[1:],
                      PROMPT)


@check("T", SECTION, "many replies while a key sequence is half typed")
def flood_in_mid_key(_):
    with Puppet("-q") as (puppet, screen):
        screen.expect(">")
        screen.type("one two")
        screen.press("C-a")
        screen.press("Escape")
        puppet.say(*[said(TEXT, str(number)) for number in range(1000)])
        last = ["< " + str(number) for number in range(981, 1000)]
        screen.expect(*last, "> one two")
        screen.press("f")
        screen.expect_cursor(19, 5)
        screen.type("X")
        screen.expect(*last, "> oneX two")


@check("T", SECTION, "the history, and a file of it")
def history(_):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "history")
        with Puppet("-q", "--history", name) as (puppet, screen):
            screen.expect(">")
            screen.enter("first line")
            screen.enter("zweite \u00fc")
            screen.press("Up", "Up")
            screen.expect("> first line", "> zweite \u00fc", "> first line")
            screen.press("Down", "Enter")
            for sent in ("first line", "zweite \u00fc", "zweite \u00fc"):
                puppet.do(lambda guest, sent=sent: guest.expect_frame(
                    TEXT, sent.encode()))
            puppet.say(said_close())
            screen.expect("> first line", "> zweite \u00fc",
                          "> zweite \u00fc",
                          "Connection closed by server (1000)", "status 0",
                          SANE)
        expect("mode", 0o600, mode_of(name))
        expect_that("first" in read_file(name), "the line", read_file(name))
        with Puppet("-q", "--history", name) as (puppet, screen):
            screen.expect(">")
            screen.press("Up")
            screen.expect("> zweite \u00fc")
            screen.press("C-u", "C-r")
            screen.type("first")
            screen.press("Enter")
            puppet.do(lambda guest: guest.expect_frame(TEXT, b"first line"))
            puppet.say(said_close())
            screen.expect_end("status 0", SANE)


@check("T", SECTION, "a history in an empty file")
def empty_history(_):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "history")
        write_file(name, b"")
        with Puppet("-q", "--history", name) as (puppet, screen):
            screen.expect(">")
            screen.enter("line")
            puppet.do(lambda guest: guest.expect_frame(TEXT, b"line"))
            puppet.say(said_close())
            screen.expect_end("status 0", SANE)
        expect_that("line" in read_file(name), "the line", read_file(name))


def write_file(name, content):
    with open(name, "wb") as file:
        file.write(content)


@check("T", SECTION, "a history in a file of {}: 2, and it stays", cases={
    "text": b"dear diary\n", "one letter": b"x", "an empty line": b"\n",
    "NULs": bytes(100), "bytes": bytes(range(256))})
def no_history(_, content):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "file")
        write_file(name, content)
        os.chmod(name, 0o644)
        expect_no_history(name, "it holds something else")
        with open(name, "rb") as file:
            expect("content", content, file.read())
        expect("mode", 0o644, mode_of(name))


@check("T", SECTION, "a history in a folder: 2")
def history_in_folder(_):
    with tempfile.TemporaryDirectory() as folder:
        expect_no_history(folder, "Is a directory")


@check("T", SECTION, "a history in a folder that is not there: 2")
def history_nowhere(_):
    expect_no_history("/no/such/folder/file", "No such file or directory")


def expect_no_history(name, why):
    """Nothing is connected to, either."""
    with Screen("--history", name, "ws://127.0.0.1:1", columns=200) as screen:
        screen.expect(f"wsclient: cannot keep a history in '{name}': {why}",
                      "status 2", SANE)


def make_null(name):
    """As /dev/null, which is not to be harmed."""
    try:
        os.mknod(name, stat.S_IFCHR, os.makedev(1, 3))
        os.chmod(name, 0o622)
        os.close(os.open(name, os.O_WRONLY))
    except PermissionError as error:
        raise Skip(f"no device of our own: {error}") from error


@check("T", SECTION, "a device has no history, and keeps its mode")
def device(_):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "null")
        make_null(name)
        with Puppet("-q", "--history", name) as (puppet, screen):
            screen.expect(">")
            screen.enter("line")
            puppet.do(lambda guest: guest.expect_frame(TEXT, b"line"))
            puppet.say(said_close())
            screen.expect("> line", "Connection closed by server (1000)",
                          "status 0", SANE)
        expect("mode", 0o622, mode_of(name))


@check("T", SECTION, "a window that changes while a line is typed")
def resized(_):
    above = [f"Received: {number}" for number in range(5)]
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.say(*[said(TEXT, line[-1]) for line in above])
        screen.type("x" * 20)
        screen.expect(BANNER, *above, PROMPT + "x" * 20)
        screen.resize(45)
        screen.expect_end(*above, PROMPT + "x" * 10, "x" * 10)
        puppet.say(said(TEXT, "reply"))
        screen.expect_end(
            *above, "Received: reply", PROMPT + "x" * 10, "x" * 10)
        screen.type("y")
        screen.expect_end(PROMPT + "x" * 10, "x" * 10 + "y")
        screen.resize(80)
        screen.expect_end(
            *above, "Received: reply", PROMPT + "x" * 20 + "y")
        puppet.say(said(TEXT, "other"))
        screen.expect_end(*above, "Received: reply", "Received: other",
                          PROMPT + "x" * 20 + "y")


@check("T", SECTION, "stopped by Ctrl-Z, and in the foreground again")
def stopped(_):
    if shutil.which("bash") is None:
        raise Skip("no bash")
    with Server() as server:
        screen = Screen("-q", "ws://%s:%d/raw" % server.address)
        program = screen.program
        screen.command = "exec env PS1='$ ' bash --norc -i"
        with screen:
            screen.expect("$")
            screen.enter("clear; " + program)
            screen.expect(">")
            screen.type("half")
            screen.expect("> half")
            screen.press("C-z")
            screen.expect_end("\n$")
            screen.enter("clear; fg")
            screen.expect_end("> half")
            screen.enter(" line")
            screen.expect_end("> half line", "< half line", ">")
            screen.press("C-d")
            screen.expect_end("> half line", "< half line", ">", "$")


@check("T", SECTION, "{} is shown so", cases={
    "binary": (BINARY, b"\x00\x01\xff\n\x1b",
               "Received (binary, 5 bytes): 00 01 ff 0a 1b"),
    "one byte": (BINARY, b"a", "Received (binary, 1 byte): 61"),
    "empty text": (TEXT, b"", "Received:"),
    "text with a quote": (TEXT, b'"\\"', 'Received: "\\"')})
def shown_so(_, case):
    opcode, payload, shown = case
    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.say(said(opcode, payload))
        screen.expect(BANNER, shown, PROMPT)


@check("K7", "FAULTS", "controls in a message and a reason, at the prompt")
def escaped(_):
    with Puppet(columns=130) as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.say(said(TEXT, NASTY))
        screen.expect(BANNER, "Received: " + SHOWN, PROMPT)
        puppet.say(said_close(4000, NASTY))
        screen.expect(BANNER, "Received: " + SHOWN,
                      f'Connection closed by server (4000, "{SHOWN}")',
                      "status 1", SANE)


@check("T", SECTION, "a connection that is lost, and one that is broken")
def lost(_):
    for harm, shown in (
            (lambda guest: guest.reset(), "Connection lost (connection reset)"),
            (lambda guest: guest.socket.close(), "Connection lost"),
            (lambda guest: guest.send(b"\x83\0"),
             "Protocol error (reserved opcode)")):
        with Puppet() as (puppet, screen):
            screen.expect(BANNER, PROMPT)
            screen.type("half")
            screen.expect(BANNER, PROMPT + "half")
            puppet.do(harm)
            screen.expect(BANNER, shown, "status 6", SANE)


@check("T", SECTION, "--slash: /ping, /pong, /close CODE REASON")
def slash(_):
    with Puppet("--slash", "-P", "-q") as (puppet, screen):
        screen.expect(">")
        screen.enter("/ping are you there")
        puppet.do(lambda guest: guest.expect_frame(PING, b"are you there"))
        puppet.say(said(PONG, "yes"))
        screen.expect("> /ping are you there", "< yes", ">")
        screen.enter("/pong")
        puppet.do(lambda guest: guest.expect_frame(PONG, b""))
        screen.enter("/close 999")
        screen.expect(
            "> /ping are you there", "< yes", "> /pong", "> /close 999",
            "No such close code: 1000 to 1014, 3000 to 4999", ">")
        screen.enter("/close 3000 so long")
        puppet.do(lambda guest: expect(
            "Close", b"\x0b\xb8so long", guest.expect_frame(8)))
        puppet.say(said_close(3000))
        screen.expect(
            "> /ping are you there", "< yes", "> /pong", "> /close 999",
            "No such close code: 1000 to 1014, 3000 to 4999",
            "> /close 3000 so long", "status 0", SANE)


@check("T", SECTION, "--hex: lines decoded, replies encoded, errors shown")
def hexadecimal(_):
    with Puppet("--hex", "-q") as (puppet, screen):
        screen.expect(">")
        screen.enter("00 ff")
        puppet.do(lambda guest: guest.expect_frame(BINARY, b"\x00\xff"))
        puppet.say(said(TEXT, "az"))
        screen.expect("> 00 ff", "< 617a", ">")
        screen.enter("0")
        screen.expect("> 00 ff", "< 617a", "> 0", "not hexadecimal", ">")


@check("T", "no-color.org", "colours {}", cases={
    "on a terminal": ([], {}, True), "never": (["--color=never"], {}, False),
    "with NO_COLOR": ([], {"NO_COLOR": "1"}, False),
    "with an empty NO_COLOR": ([], {"NO_COLOR": ""}, True),
    "always": (["--color=always"], {"NO_COLOR": "1"}, True)})
def colours(_, case):
    options, variables, colored = case
    with Puppet(*options, **variables) as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.say(said(TEXT, "reply"))
        screen.expect(BANNER, "Received: reply", PROMPT)
        expect("whether colours are used", colored,
               "\x1b[36mReceived: \x1b[39mreply" in screen.shown("-e"))

# SPDX-License-Identifier: MIT
"""Reads the text format of Prometheus (0.0.4) strictly, as promtool does."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
COMMENT = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
OF_HISTOGRAM = re.compile(r"(.*)_(bucket|sum|count)")
UNITS = re.compile(r"_(ms|us|ns|milliseconds|microseconds|minutes|kb|kib|mb)"
                   r"(_|$)")


class Family:
    """The samples of one name: labels, as a tuple of pairs, and values."""

    def __init__(self, name):
        self.name = name
        self.help = None
        self.type = None
        self.samples = {}

    def fail(self, what):
        raise AssertionError(f"{self.name}: {what}")


def parse_labels(text):
    labels = LABEL.findall(text or "")
    if ",".join(f'{name}="{value}"' for name, value in labels) != (text or ""):
        raise AssertionError(f"labels {text}")
    if len({name for name, _ in labels}) != len(labels):
        raise AssertionError(f"a label twice in {text}")
    return tuple(labels)


class Metrics:
    """A whole text; families by name, in the order that they came."""

    def __init__(self, text):
        self.families = {}
        self.current = None
        if not text.endswith("\n"):
            raise AssertionError("no line feed at the end")
        for line in text[:-1].split("\n"):
            self.read(line)
        for family in self.families.values():
            check_family(family)

    def read(self, line):
        comment, sample = COMMENT.fullmatch(line), SAMPLE.fullmatch(line)
        if comment:
            self.read_comment(*comment.groups())
        elif sample:
            self.read_sample(*sample.groups())
        else:
            raise AssertionError(f"line {line!r}")

    def read_comment(self, kind, name, text):
        if kind == "HELP":
            if name in self.families:
                self.families[name].fail("described twice")
            self.current = self.families[name] = Family(name)
            self.current.help = text
            return
        if self.current is None or self.current.name != name:
            raise AssertionError(f"TYPE of {name} without HELP before it")
        if self.current.type is not None:
            self.current.fail("two types")
        self.current.type = text

    def read_sample(self, name, labels, value):
        family = self.current
        own = OF_HISTOGRAM.fullmatch(name)
        if family is None or family.type is None:
            raise AssertionError(f"{name} without HELP and TYPE")
        if family.type == "histogram" and own:
            if own.group(1) != family.name:
                family.fail(f"{name} among its samples")
        elif name != family.name:
            family.fail(f"{name} among its samples")
        key = (name, parse_labels(labels))
        if key in family.samples:
            family.fail(f"{key} twice")
        family.samples[key] = float(value)

    def series(self):
        return {key for family in self.families.values()
                for key in family.samples}

    def get(self, name, **labels):
        """The value of one sample."""
        family = self.families.get(name) or self.families[
            OF_HISTOGRAM.fullmatch(name).group(1)]
        found = [value for (own, pairs), value in family.samples.items()
                 if own == name and dict(pairs) == labels]
        if len(found) != 1:
            family.fail(f"{len(found)} samples with {labels}")
        return found[0]

    def sum(self, name, **labels):
        """Of all samples that have at least these labels."""
        return sum(value for (own, pairs), value
                   in self.families[name].samples.items()
                   if own == name and labels.items() <= dict(pairs).items())

    def counters(self):
        return {key: value for family in self.families.values()
                for key, value in family.samples.items()
                if family.type in ("counter", "histogram")}


def check_family(family):
    name = family.name
    if family.type not in ("counter", "gauge", "histogram"):
        family.fail(f"type {family.type}")
    if not family.samples:
        family.fail("no sample")
    if (family.type == "counter") != name.endswith("_total"):
        family.fail("_total is for counters")
    if OF_HISTOGRAM.fullmatch(name) or UNITS.search(name):
        family.fail("a name that means something else")
    if name != name.lower() or ":" in name:
        family.fail("a name that is none of an exporter")
    if any(value < 0 or value != value for value in family.samples.values()):
        family.fail("less than nothing")
    if family.type == "histogram":
        check_histogram(family)


def check_histogram(family):
    buckets = [(float(dict(labels)["le"]), value)
               for (name, labels), value in family.samples.items()
               if name.endswith("_bucket")]
    total = family.samples[(family.name + "_count", ())]
    if [le for le, _ in buckets] != sorted({le for le, _ in buckets}):
        family.fail("bounds that do not rise")
    if [value for _, value in buckets] != sorted(
            value for _, value in buckets):
        family.fail("buckets that are not cumulative")
    if buckets[-1] != (float("inf"), total):
        family.fail("the last bucket does not hold all")
    if (family.name + "_sum", ()) not in family.samples:
        family.fail("no sum")

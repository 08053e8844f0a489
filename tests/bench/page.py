# SPDX-License-Identifier: MIT
"""The report as a page: one file, with nothing from elsewhere."""

import html
import platform
import shlex
import sys

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;
padding:0 1em;color:#222;background:#fff}
table{border-collapse:collapse;margin:1em 0;font-size:.9em}
th,td{padding:.2em .7em;text-align:right;border-bottom:1px solid #ddd;
white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.wsserver{font-weight:600}.missed{color:#b00}
svg{width:20em;height:1em}.bar{fill:#4878b0}.spread{stroke:#222}
.one{stroke:#b00}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}
th,td{border-color:#333}.spread{stroke:#eee}}
"""
HEADINGS = ('server', 'messages/s or us', 'CPU us each', 'ratio',
            'CPU ratio', '', 'ratio, from 0 to 2')


def bar(spread):
    """The ratio from 0 to 2, its spread, and a line at 1."""
    if spread is None:
        return ''
    least, median, most = (
        100 * min(value, 2) / 2
        for value in (spread.least, spread.median, spread.most))
    return ('<svg viewBox="0 0 100 5" preserveAspectRatio="none">'
            f'<rect class="bar" y="1" width="{median:.1f}" height="3"/>'
            f'<line class="spread" x1="{least:.1f}" x2="{most:.1f}" '
            'y1="2.5" y2="2.5" stroke-width=".6"/>'
            '<line class="one" x1="50" x2="50" y1="0" y2="5" '
            'stroke-width=".3"/></svg>')


def row(line):
    missed = line.verdict.startswith('misses')
    classes = ' '.join(
        name for name, holds in (
            ('wsserver', line.server.startswith('wsserver')),
            ('missed', missed)) if holds)
    cells = ''.join(f'<td>{html.escape(text)}</td>'
                    for text in line.columns()[1:])
    return (f'<tr class="{classes}">{cells}'
            f'<td>{bar(line.ratios)}</td></tr>\n')


def tables(lines):
    for name in dict.fromkeys(line.case for line in lines):
        rows = ''.join(row(line) for line in lines if line.case == name)
        head = ''.join(f'<th>{heading}</th>' for heading in HEADINGS)
        yield (f'<h2>{html.escape(name)}</h2>\n'
               f'<table>\n<tr>{head}</tr>\n{rows}</table>\n')


def write(options, report):
    command = html.escape(shlex.join(sys.argv))
    with open(options.html, 'w', encoding='utf-8') as file:
        file.write(
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
            '<meta charset="utf-8"/>\n<title>wsserver compared</title>\n'
            f'<style>{STYLE}</style>\n</head>\n<body>\n'
            '<h1>wsserver compared</h1>\n'
            f'<p>Medians (least..most) of {options.rounds} rounds of '
            f'{options.seconds:g} s; {html.escape(platform.platform())}. '
            'Ratios are against the first server and its twin, round by '
            'round; that of the twin is the noise.</p>\n'
            f'<p><code>{command}</code></p>\n'
            f'{"".join(tables(report.lines))}</body>\n</html>\n')

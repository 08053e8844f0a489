# SPDX-License-Identifier: MIT
"""The list of cases, which the modules of the families fill."""
import collections
import functools

Case = collections.namedtuple('Case', 'number name rfc section run')
CASES = []


def label(value):
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 40 else text[:37] + '...'


def case(number, section, rows=((),), rfc=6455):
    """Registers a function of a peer and a row as one case for each row."""
    def register(function):
        for i, row in enumerate(rows, 1):
            values = ', '.join(map(label, row))
            CASES.append(Case(
                f'{number}.{i}' if len(rows) > 1 else number,
                f'{function.__name__}({values})' if row else
                function.__name__,
                rfc, section, functools.partial(run, function, row)))
        return function
    return register


def run(function, row, peer):
    function(peer, *row)

# SPDX-License-Identifier: MIT
"""What is measured: cases in groups, and what each has to reach."""

from dataclasses import dataclass

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True)
class Case:
    """A load, what of its result counts, and the target.

    A rate has to be at least so many times the yardstick's, a time at most.
    """

    group: str
    title: str
    load: tuple
    target: float
    measure: str = 'rate'
    cpu: float = 0  # the same for processor time a message; 0: no target
    tls: bool = False
    defaults: bool = False  # wsserver as it comes, beside itself on /raw
    deflate: int = 0  # bytes of a message to be compressed; 0: it is not

    @property
    def has_peers(self):
        """Whether others are measured too, unless that is said."""
        return self.name in WITH_PEERS

    @property
    def name(self):
        return f'{self.group}-{self.title}'

    @property
    def setting(self):
        """What the servers are started for."""
        return self.tls, self.deflate

    @property
    def is_time(self):
        return self.measure != 'rate'


def size_name(size):
    if size >= MIB:
        return f'{size // MIB}M'
    return f'{size // KIB}K' if size >= KIB else f'{size}B'


def load(connections, size, kind='ascii', in_flight=1):
    return ('-c', str(connections), '-s', str(size), f'--type={kind}',
            '-m', str(in_flight))


def sizes(group, kind, target, wanted, connections=8, **rest):
    return [Case(group, size_name(size), load(connections, size, kind),
                 target, **rest) for size in wanted]


WITH_PEERS = ('small-16', 'pipelined-32', 'binary-1K', 'binary-64K',
              'utf8-64K', 'latency-p50', 'handshakes-16')
LARGE = (KIB, 16 * KIB, 64 * KIB, MIB)
CASES = [
    *(Case('small', str(count), load(count, 20), 0.95, cpu=1.1)
      for count in (1, 16, 128, 500)),
    Case('pipelined', '32', load(16, 20, in_flight=32), 0.95),
    *sizes('binary', 'binary', 0.95, LARGE),
    *sizes('ascii', 'ascii', 0.9, LARGE),
    *sizes('utf8', 'utf8', 0.75, LARGE),
    *sizes('tls', 'binary', 0.95, (KIB, 64 * KIB), tls=True),
    Case('latency', 'p50', load(1, 20), 1.1, 'p50'),
    Case('latency', 'p99', load(128, 20), 1.1, 'p99'),
    Case('handshakes', '16', ('-c', '16', '--handshakes'), 0.95),
    Case('defaults', '20B', load(16, 20), 0.9, defaults=True),
    Case('defaults', '64K', load(8, 64 * KIB), 0.9, defaults=True),
    # No rate: what wsserver sends, and only that, wsbench has to inflate.
    *(Case('deflate', size_name(size), load(count, size), 1.1, 'cpu',
           deflate=size) for size, count in ((KIB, 16), (64 * KIB, 8))),
]

# Quiet connections: how many, over TLS, the most KiB and mappings of each.
IDLE = (('idle-10000', 10000, False, 10.5, 0.01),
        ('idle-TLS', 2000, True, 50, 0.05))


def groups():
    return [*dict.fromkeys(case.group for case in CASES), 'idle']


def chosen(names):
    """The cases that are named, or whose group is; all if nothing is."""
    return [case for case in CASES
            if not names or case.group in names or case.name in names]


def chosen_idle(names):
    return [case for case in IDLE
            if not names or 'idle' in names or case[0] in names]


def all_names():
    return [case.name for case in CASES] + [case[0] for case in IDLE]


def unknown(names):
    known = all_names()
    return [name for name in names
            if name not in known and name not in groups()]

# SPDX-License-Identifier: MIT
"""The faults that calls can have: which function, how it fails, when."""

import errno

from failing import EVER

Z_STREAM_ERROR, Z_DATA_ERROR, Z_MEM_ERROR, Z_BUF_ERROR = 2, 3, 4, 5
ZLIB_NAMES = {2: "Z_STREAM_ERROR", 3: "Z_DATA_ERROR", 4: "Z_MEM_ERROR",
              5: "Z_BUF_ERROR"}

# Bytes that a call is left with: one, some, and one short of a small frame.
ROOMS = (1, 2, 3, 5, 7, 13)


class Fault:
    """How a function fails; whoever does not look must not notice it."""

    def __init__(self, function, error=0, room=0, *, harmless=False,
                 may_last=False):
        self.function = function
        self.error = error
        self.room = room
        self.is_harmless = harmless
        self.may_last = may_last

    def __str__(self):
        if self.room:
            return f"{self.function} of {self.room}"
        if self.function.startswith(("deflate", "inflate")):
            return f"{self.function} {ZLIB_NAMES[self.error]}"
        return f"{self.function} {errno.errorcode[self.error]}"


def system_faults(function, names, **rest):
    return [Fault(function, getattr(errno, name), **rest)
            for name in names.split()]


def short_faults(function):
    return [Fault(function, room=room, harmless=True, may_last=True)
            for room in ROOMS]


def sending_faults(function):
    return (system_faults(function, "EINTR", harmless=True) +
            system_faults(function, "EPIPE ECONNRESET ENOBUFS ENOMEM "
                          "ETIMEDOUT EHOSTUNREACH", may_last=True) +
            system_faults(function, "EAGAIN") +
            short_faults(function))


FAULTS = (
    system_faults("allocate", "ENOMEM", may_last=True) +
    system_faults("recv", "EINTR EAGAIN", harmless=True) +
    system_faults("recv", "ECONNRESET ETIMEDOUT ENOMEM EHOSTUNREACH",
                  may_last=True) +
    short_faults("recv") +
    sending_faults("send") + sending_faults("sendmsg") +
    system_faults("read", "EINTR EAGAIN EIO") +
    short_faults("read") +
    system_faults("write", "EINTR", harmless=True) +
    system_faults("write", "EAGAIN") +
    system_faults("write", "ENOSPC EIO EPIPE", may_last=True) +
    short_faults("write") +
    system_faults("poll", "EINTR ENOMEM") +
    system_faults("accept4", "EINTR ECONNABORTED EPROTO EAGAIN EMFILE ENFILE "
                  "ENOBUFS ENOMEM EPERM", harmless=True) +
    system_faults("pthread_create", "EAGAIN EPERM", may_last=True) +
    system_faults("getrandom", "EINTR EAGAIN ENOSYS") +
    system_faults("RAND_bytes", "EPROTO ENOMEM", may_last=True) +
    [fault for function in ("SSL_new", "SSL_do_handshake", "SSL_read",
                            "SSL_write", "SSL_shutdown")
     for fault in system_faults(function, "EPROTO", may_last=True)] +
    [Fault("deflateInit", Z_MEM_ERROR, may_last=True),
     Fault("deflateInit", Z_STREAM_ERROR, may_last=True),
     Fault("deflate", Z_STREAM_ERROR, may_last=True),
     Fault("deflate", Z_BUF_ERROR),
     Fault("inflateInit", Z_MEM_ERROR, may_last=True),
     Fault("inflate", Z_MEM_ERROR, may_last=True),
     Fault("inflate", Z_DATA_ERROR, may_last=True),
     Fault("inflate", Z_STREAM_ERROR, may_last=True),
     Fault("inflate", Z_BUF_ERROR)])


def functions():
    """Each function once, in the order of the faults."""
    return list(dict.fromkeys(fault.function for fault in FAULTS))


def of_function(function):
    return [fault for fault in FAULTS if fault.function == function]


class Injection:
    """Calls first to last of a run have a fault."""

    def __init__(self, fault, first, last=None):
        self.fault = fault
        self.first = first
        self.last = first if last is None else last

    def __str__(self):
        until = " and on" if self.last == EVER else ""
        return f"{self.fault}, call {self.first}{until}"


def every(counts, random, most):
    """All injections into a run that makes so many calls of each function.

    With more than most calls, as OpenSSL makes when it sets itself up, some.
    """
    for fault in FAULTS:
        calls = range(1, counts[fault.function] + 1)
        if len(calls) > most:
            calls = sorted(random.sample(calls, most))
        for call in calls:
            yield [Injection(fault, call)]
            if fault.may_last:
                yield [Injection(fault, call, EVER)]


def random_pair(counts, random):
    """Two at once, anywhere."""
    faults = [fault for fault in FAULTS if counts[fault.function]]
    return [Injection(fault, random.randint(1, counts[fault.function]))
            for fault in (random.choice(faults), random.choice(faults))]

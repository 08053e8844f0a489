# SPDX-License-Identifier: MIT
"""What Python's websockets, node's ws and Chromium report of each fault.

Not all of it is as RFC 6455 has it: both libraries take a payload length that
is not minimal, Python waits for 2**63 bytes, and Chromium takes any code.
"""

TEXT = 'Grüße, 世界'
CLIENTS = ('python', 'node', 'browser')


class Visit:
    """A path below /faults/, and what comes of it.

    The client closes behind so many messages. What is expected is either for
    all clients or has a key for each; so have the ends that the log tells.
    """

    def __init__(self, path, expected, ends, count=1):
        self.path = path
        self.name = path.split('?')[0]
        self.count = count
        self.expected = by_client(expected)
        self.ends = by_client(ends)
        self.is_open = ends is not None


def by_client(value):
    if isinstance(value, dict) and set(value) == set(CLIENTS):
        return value
    return dict.fromkeys(CLIENTS, value)


def each(python, node, browser):
    return {'python': python, 'node': node, 'browser': browser}


def echoed(*before, **rest):
    return {'opened': True, 'error': None, 'code': 1000, 'reason': '',
            'messages': [*before, TEXT], **rest}


def ended(code, python, reason='', messages=()):
    """A Close that all understand; Python raises it as an exception."""
    common = {'opened': True, 'code': code, 'reason': reason,
              'messages': list(messages)}
    good = {**common, 'error': None, 'clean': True}
    return each({**common, 'error': python}, good, good)


def lost(error):
    return {'opened': True, 'code': 1006, 'messages': [], 'error': error}


def failed(python, node):
    """Chromium tells a page nothing about what it objects to."""
    return each(lost('ConnectionClosedError: ' + python), lost(node),
                lost('error'))


def broken():
    return each(lost('ConnectionClosedError: no close frame'), lost(None),
                lost(None))


def refused(python, node):
    common = {'opened': False, 'messages': []}
    return each({**common, 'code': None, 'error': python},
                {**common, 'code': 1006, 'error': node},
                {**common, 'code': 1006, 'error': 'error'})


def with_pongs(seen, count):
    """What a page sees of pongs is nothing."""
    return each({**seen, 'pongs': count}, {**seen, 'pongs': count}, seen)


OK = '1000 by client'
PROTOCOL_ERROR = '1002 by client'
SENT_1002 = 'sent 1002 (protocol error)'
FRAME = 'Invalid WebSocket frame: '

VISITS = [
    Visit('close/1001/going%20away',
          ended(1001, 'ConnectionClosedOK: received 1001 (going away) ',
                'going away'),
          '1001 by server'),
    Visit('close/4000?after=1',
          ended(4000, 'ConnectionClosedError: received 4000',
                messages=[TEXT]),
          '4000 by server', count=2),
    Visit('close/1005',
          ended(1005, 'ConnectionClosedError: received 1005'),
          '1005 by server'),
    Visit('close/1006',
          failed(SENT_1002, FRAME + 'invalid status code 1006'),
          '1006 by server'),
    Visit('close/999', each(
        lost('ConnectionClosedError: ' + SENT_1002),
        lost(FRAME + 'invalid status code 999'),
        {'opened': True, 'code': 999, 'error': None, 'clean': True}),
        '999 by server'),
    Visit('reset', broken(), '1006 by server'),
    Visit('eof', broken(), '1006 by server'),
    Visit('truncate', broken(), '1006 by server'),
    Visit('delay/300',
          with_pongs(echoed(waits=('sawAfter', 'openedAfter', 299)), 1), OK),
    Visit('handshake/300',
          with_pongs(echoed(waits=('openedAfter', None, 299)), 1), OK),
    Visit('no-pong', with_pongs(echoed(), 0), OK),
    Visit('no-close', {**echoed(), 'code': 1006}, OK),
    Visit('fragment/1', with_pongs(echoed(), 1), OK),
    Visit('drip/5',
          with_pongs(echoed(waits=('sawAfter', 'openedAfter', 79)), 1), OK),
    Visit('slow-read/100',
          with_pongs(echoed(waits=('sawAfter', 'openedAfter', 199)), 1), OK),
    Visit('flood/100', echoed(*map(str, range(1, 101))), OK, count=101),
    Visit('message/100000', echoed(100000), OK, count=2),
    Visit('bad/utf8',
          failed('sent 1007 (invalid data)', FRAME + 'invalid UTF-8 sequence'),
          each('1007 by client', '1007 by client', PROTOCOL_ERROR)),
    Visit('bad/rsv',
          failed(SENT_1002, FRAME + 'RSV2 and RSV3 must be clear'),
          PROTOCOL_ERROR),
    Visit('bad/opcode', failed(SENT_1002, FRAME + 'invalid opcode 3'),
          PROTOCOL_ERROR),
    Visit('bad/mask', failed(SENT_1002, FRAME + 'MASK must be clear'),
          PROTOCOL_ERROR),
    Visit('bad/length', each(
        {**echoed(), 'messages': ['hi']}, {**echoed(), 'messages': ['hi']},
        lost('error')), each(OK, OK, PROTOCOL_ERROR)),
    Visit('bad/length64',
          failed('no close frame received or sent',
                 'payload length > 2^53 - 1'),
          each('1006 by server', '1009 by client', PROTOCOL_ERROR)),
    Visit('bad/close', failed(SENT_1002, FRAME + 'invalid payload length 1'),
          PROTOCOL_ERROR),
    Visit('bad/continuation', failed(SENT_1002, FRAME + 'invalid opcode 0'),
          PROTOCOL_ERROR),
    Visit('status/401',
          refused('InvalidStatusCode: server rejected WebSocket connection: '
                  'HTTP 401', 'Unexpected server response: 401'), None),
    Visit('status/503',
          refused('InvalidStatusCode: server rejected WebSocket connection: '
                  'HTTP 503', 'Unexpected server response: 503'), None),
    Visit('redirect/3', each(
        echoed(), echoed(), {'opened': False, 'error': 'error'}), None),
    Visit('bad/accept',
          refused('InvalidHeaderValue: invalid Sec-WebSocket-Accept',
                  'Invalid Sec-WebSocket-Accept header'),
          '1006 by nobody'),
    Visit('bad/subprotocol',
          refused('InvalidHandshake: no subprotocols supported',
                  'Server sent a subprotocol but none was requested'),
          '1006 by nobody'),
    Visit('bad/extension',
          refused('NegotiationError: Unsupported extension',
                  'Server indicated an extension that was not requested'),
          '1006 by nobody'),
]

# SPDX-License-Identifier: MIT
"""Family 5: fragmentation."""
from client import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, converse,
                    fragments, frame)
from suite import case

KINDS = (TEXT, BINARY)
CHOPS = (0, 1, 3)
FIVE = [b'fragment%d' % i for i in range(1, 6)]


@case('5.1', '5.5', [(PING,), (PONG,), (CLOSE,)])
def refuses_fragmented_control_frame(peer, opcode):
    payload = b'\x03\xe8' if opcode == CLOSE else b'fragment1'
    converse(peer, [frame(opcode, payload, fin=False),
                    frame(CONTINUATION, b'fragment2')], code=1002)


@case('5.2', '5.4', [(kind, chop) for kind in KINDS for chop in CHOPS])
def joins_two_fragments(peer, kind, chop):
    converse(peer, fragments(kind, FIVE[:2]), [(kind, b''.join(FIVE[:2]))],
             chop=chop)


@case('5.3', '5.4', [(kind,) for kind in KINDS])
def joins_fragments_sent_one_by_one(peer, kind):
    for octets in fragments(kind, FIVE):
        peer.send(octets)
    converse(peer, [], [(kind, b''.join(FIVE))])


@case('5.4', '5.4', [(pieces,) for pieces in (
    [b'', b''], [b'', b'a'], [b'a', b''], [b'', b'', b''], [b'', b'a', b''],
    [b''] * 100, [b'a', b'', b'b', b'', b'c'])])
def joins_empty_fragments(peer, pieces):
    converse(peer, fragments(TEXT, pieces), [(TEXT, b''.join(pieces))])


@case('5.5', '5.4', [(count, chop) for count in (3, 1000)
                     for chop in (0, 1, 13)])
def joins_fragments_of_one_octet(peer, count, chop):
    converse(peer, fragments(TEXT, [b'x'] * count), [(TEXT, b'x' * count)],
             chop=chop)


@case('5.6', '5.4', [(position, chop) for position in range(1, 5)
                     for chop in CHOPS])
def answers_ping_between_fragments(peer, position, chop):
    sent = fragments(TEXT, FIVE)
    sent.insert(position, frame(PING, b'ping'))
    converse(peer, sent, [(PONG, b'ping'), (TEXT, b''.join(FIVE))], chop=chop)


@case('5.7', '5.4', [(kind, chop) for kind in KINDS for chop in CHOPS])
def answers_pings_between_all_fragments(peer, kind, chop):
    sent, pongs = [], []
    for i, octets in enumerate(fragments(kind, FIVE)):
        sent += [frame(PING, b'%d' % i), octets]
        pongs.append((PONG, b'%d' % i))
    converse(peer, sent, pongs + [(kind, b''.join(FIVE))], chop=chop)


@case('5.8', '5.4')
def answers_ping_before_the_message_is_whole(peer):
    first, last = fragments(TEXT, FIVE[:2])
    peer.send(first + frame(PING, b'ping'))
    peer.expect(PONG, b'ping')
    converse(peer, [last], [(TEXT, b''.join(FIVE[:2]))])


@case('5.9', '5.4', [(fin, payload, chop) for fin in (True, False)
                     for payload in (b'', b'lost') for chop in (0, 1)])
def refuses_continuation_at_the_start(peer, fin, payload, chop):
    converse(peer, [frame(CONTINUATION, payload, fin=fin),
                    frame(TEXT, b'after')], code=1002, chop=chop)


@case('5.10', '5.4', [(fin, chop) for fin in (True, False)
                      for chop in (0, 1)])
def refuses_continuation_after_a_message(peer, fin, chop):
    converse(peer, [frame(TEXT, b'whole'),
                    frame(CONTINUATION, b'lost', fin=fin)],
             [(TEXT, b'whole')], 1002, chop)


@case('5.11', '5.4', [(fin, chop) for fin in (True, False)
                      for chop in (0, 1)])
def refuses_continuation_after_fragments(peer, fin, chop):
    converse(peer, fragments(TEXT, FIVE[:2]) +
             [frame(CONTINUATION, b'lost', fin=fin), frame(TEXT, b'after')],
             [(TEXT, b''.join(FIVE[:2]))], 1002, chop)


@case('5.12', '5.4', [(first, second, fin) for first in KINDS
                      for second in KINDS for fin in (True, False)])
def refuses_new_message_inside_a_message(peer, first, second, fin):
    converse(peer, [frame(first, b'begun', fin=False),
                    frame(second, b'new', fin=fin)], code=1002)


@case('5.13', '5.4', [(position,) for position in range(1, 5)])
def refuses_new_message_before_each_fragment(peer, position):
    sent = fragments(TEXT, FIVE)
    sent.insert(position, frame(TEXT, b'new'))
    converse(peer, [frame(PING)] + sent, [(PONG, b'')], 1002)


@case('5.14', '5.4', [(chop,) for chop in CHOPS])
def joins_message_after_message(peer, chop):
    messages = [(KINDS[i % 2], FIVE[:i + 1]) for i in range(5)]
    converse(peer, sum((fragments(*message) for message in messages), []),
             [(kind, b''.join(pieces)) for kind, pieces in messages],
             chop=chop)


@case('5.15', '5.5.3')
def ignores_pong_between_fragments(peer):
    first, last = fragments(TEXT, FIVE[:2])
    converse(peer, [first, frame(PONG, b'pong'), last],
             [(TEXT, b''.join(FIVE[:2]))])

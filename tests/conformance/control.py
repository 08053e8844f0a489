# SPDX-License-Identifier: MIT
"""Families 2 to 4: pings and pongs, reserved bits, reserved opcodes."""
from client import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, converse,
                    frame)
from suite import case

BYTES_125 = bytes(range(0x80, 0xFD))
ECHOED = (TEXT, b'before')
RESERVED_OPCODES = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
CHOPS = (0, 1)


@case('2.1', '5.5.2', [(payload, chop) for chop in CHOPS for payload in (
    b'', b'Hello', b'\x00\xff\xfe\xfd\xfc\xfb\x00\xff', BYTES_125)])
def answers_ping_with_its_payload(peer, payload, chop):
    converse(peer, [frame(PING, payload)], [(PONG, payload)], chop=chop)


@case('2.2', '5.5', [(126, 0), (126, 1), (65535, 0), (65536, 0)])
def refuses_ping_over_125_octets(peer, length, chop):
    converse(peer, [frame(PING, bytes(length))], code=1002, chop=chop)


@case('2.3', '5.5', [(126,), (65536,)])
def refuses_pong_over_125_octets(peer, length):
    converse(peer, [frame(PONG, bytes(length))], code=1002)


@case('2.4', '5.5.3', [(payload, chop) for chop in CHOPS
                       for payload in (b'', b'unsolicited', BYTES_125)])
def ignores_unsolicited_pong(peer, payload, chop):
    converse(peer, [frame(PONG, payload)], chop=chop)


@case('2.5', '5.5.3')
def answers_ping_after_unsolicited_pong(peer):
    converse(peer, [frame(PONG, b'unsolicited'), frame(PING, b'ping')],
             [(PONG, b'ping')])


@case('2.6', '5.5.2', [(chop,) for chop in (0, 1, 3)])
def answers_ten_pings_in_order(peer, chop):
    payloads = [b'payload-%d' % i for i in range(10)]
    converse(peer, [frame(PING, payload) for payload in payloads],
             [(PONG, payload) for payload in payloads], chop=chop)


@case('2.7', '5.5.2')
def answers_pings_between_messages(peer):
    converse(peer, [frame(TEXT, b'a'), frame(PING, b'b'), frame(BINARY, b'c')],
             [(TEXT, b'a'), (PONG, b'b'), (BINARY, b'c')])


@case('3.1', '5.2', [(rsv,) for rsv in range(1, 8)])
def refuses_reserved_bits(peer, rsv):
    converse(peer, [frame(TEXT, b'bad', rsv=rsv)], code=1002)


@case('3.2', '5.2', [(rsv, chop) for rsv in range(1, 8) for chop in CHOPS])
def echoes_what_came_before_reserved_bits(peer, rsv, chop):
    converse(peer, [frame(*ECHOED), frame(TEXT, b'bad', rsv=rsv),
                    frame(PING)], [ECHOED], 1002, chop)


@case('3.3', '5.2', [(opcode, rsv) for opcode in (BINARY, PING, PONG, CLOSE)
                     for rsv in (1, 2, 4, 7)])
def refuses_reserved_bits_with_opcode(peer, opcode, rsv):
    payload = b'\x03\xe8' if opcode == CLOSE else b'payload'
    converse(peer, [frame(*ECHOED), frame(opcode, payload, rsv=rsv)],
             [ECHOED], 1002)


@case('3.4', '5.2', [(rsv,) for rsv in range(1, 8)])
def refuses_reserved_bits_in_continuation(peer, rsv):
    converse(peer, [frame(*ECHOED), frame(TEXT, b'a', fin=False),
                    frame(CONTINUATION, b'b', rsv=rsv)], [ECHOED], 1002)


@case('4.1', '5.2', [(opcode, payload) for opcode in RESERVED_OPCODES
                     for payload in (b'', b'reserved')])
def refuses_reserved_opcode(peer, opcode, payload):
    converse(peer, [frame(opcode, payload)], code=1002)


@case('4.2', '5.2', [(opcode, chop) for opcode in RESERVED_OPCODES
                     for chop in CHOPS])
def echoes_what_came_before_reserved_opcode(peer, opcode, chop):
    converse(peer, [frame(*ECHOED), frame(opcode, b'reserved'), frame(PING)],
             [ECHOED], 1002, chop)


@case('4.3', '5.2', [(opcode,) for opcode in RESERVED_OPCODES])
def refuses_reserved_opcode_in_a_message(peer, opcode):
    converse(peer, [frame(PING, b'before'), frame(TEXT, b'a', fin=False),
                    frame(opcode), frame(CONTINUATION, b'b')],
             [(PONG, b'before')], 1002)

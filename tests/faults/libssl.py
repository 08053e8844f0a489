# SPDX-License-Identifier: MIT
"""TLS 1.3 by OpenSSL itself, for what Python's ssl cannot do: KeyUpdate."""

import ctypes
import ctypes.util
import functools

from checks import Skip
from stream import Stream

WANT_READ, ZERO_RETURN = 2, 6
KEY_UPDATE_REQUESTED = 1
POINTER, INT, SIZE = ctypes.c_void_p, ctypes.c_int, 1 << 16
FUNCTIONS = {
    "ssl": {
        "TLS_client_method": (POINTER,),
        "SSL_CTX_new": (POINTER, POINTER),
        "SSL_new": (POINTER, POINTER),
        "SSL_set_bio": (None, POINTER, POINTER, POINTER),
        "SSL_set_connect_state": (None, POINTER),
        "SSL_do_handshake": (INT, POINTER),
        "SSL_read": (INT, POINTER, ctypes.c_char_p, INT),
        "SSL_write": (INT, POINTER, ctypes.c_char_p, INT),
        "SSL_key_update": (INT, POINTER, INT),
        "SSL_shutdown": (INT, POINTER),
        "SSL_get_error": (INT, POINTER, INT),
    },
    "crypto": {
        "BIO_s_mem": (POINTER,),
        "BIO_new": (POINTER, POINTER),
        "BIO_read": (INT, POINTER, ctypes.c_char_p, INT),
        "BIO_write": (INT, POINTER, ctypes.c_char_p, INT),
        "ERR_clear_error": (None,),
    },
}


@functools.lru_cache(maxsize=None)
def functions():
    """The functions above, by their names."""
    found = {}
    for name, prototypes in FUNCTIONS.items():
        file = ctypes.util.find_library(name)
        if file is None:
            raise Skip(f"needs lib{name}")
        library = ctypes.CDLL(file)
        for function, (result, *arguments) in prototypes.items():
            found[function] = getattr(library, function)
            found[function].restype = result
            found[function].argtypes = arguments
    return found


def call(name, *arguments):
    return functions()[name](*arguments)


class KeyUpdatingStream(Stream):
    """TLS through memory, like TlsStream; lives as long as the process."""

    def __init__(self, raw):
        super().__init__(raw)
        context = call("SSL_CTX_new", call("TLS_client_method"))
        self.ssl = call("SSL_new", context)
        self.incoming = call("BIO_new", call("BIO_s_mem"))
        self.outgoing = call("BIO_new", call("BIO_s_mem"))
        call("SSL_set_bio", self.ssl, self.incoming, self.outgoing)
        call("SSL_set_connect_state", self.ssl)
        self.persist("SSL_do_handshake")

    def produced(self):
        """The records that want to be sent."""
        records = b""
        buffer = ctypes.create_string_buffer(SIZE)
        while (size := call("BIO_read", self.outgoing, buffer, SIZE)) > 0:
            records += buffer.raw[:size]
        return records

    def persist(self, name, *arguments):
        """Calls until it no more wants to read; nothing is the end."""
        while True:
            call("ERR_clear_error")
            result = call(name, self.ssl, *arguments)
            self.socket.sendall(self.produced())
            if result > 0:
                return result
            error = call("SSL_get_error", self.ssl, result)
            data = self.socket.recv(SIZE) if error == WANT_READ else b""
            if not data:
                self.is_torn = error != ZERO_RETURN
                return 0
            call("BIO_write", self.incoming, data, len(data))

    def send(self, data):
        return self.persist("SSL_write", data, min(len(data), SIZE))

    def send_all(self, data):
        while data:
            data = data[self.send(data):]

    def receive(self):
        buffer = ctypes.create_string_buffer(SIZE)
        size = self.persist("SSL_read", buffer, SIZE)
        return buffer.raw[:size]

    def encrypt(self, data):
        """Records of at most 64 KiB."""
        call("SSL_write", self.ssl, data, len(data))
        return self.produced()

    def key_updates(self, count):
        """So many records, each of which asks for one in return."""
        records = []
        for _ in range(count):
            call("SSL_key_update", self.ssl, KEY_UPDATE_REQUESTED)
            call("SSL_do_handshake", self.ssl)
            records.append(self.produced())
        return b"".join(records)

    def finish(self):
        call("SSL_shutdown", self.ssl)
        self.socket.sendall(self.produced())
        super().finish()

/* wire.h - the bytes of one connection, plain or under TLS; never blocks.
 *
 * A wire is a member of its connection. It does not watch its descriptor, it only tells when to
 * come back.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include "base/status.h"
#include "base/text.h"

#include <openssl/types.h>
#include <sys/types.h>

struct wire {
    int descriptor; /* -1 when closed */
    SSL *tls;       /* NULL: plain */
};

/* What wire_read and wire_write answer besides a count of bytes. */
enum { WIRE_ENDED = 0, WIRE_LATER = -1, WIRE_BROKEN = -2 };

ssize_t wire_read(struct wire *wire, void *bytes_out, size_t bytes_max);
ssize_t wire_write(struct wire *wire, struct text bytes);

/* Both, the first one first; with one system call on a plain wire. */
ssize_t wire_write_two(struct wire *wire, struct text first, struct text second);

/* OK, BUSY (come back when the descriptor is ready), REFUSED. */
NODISCARD enum status wire_shake_hands(struct wire *wire);

/* Has the peer chosen "h2"? */
bool wire_is_http2(const struct wire *wire);

/* Says that nothing more will be written. */
void wire_finish_writing(struct wire *wire);
void wire_close(struct wire *wire);

/* ---- the server's side of TLS ---- */

/* TLS 1.2 and newer, with h2 and http/1.1 to choose from. MALFORMED: error_out says which file. */
NODISCARD enum status wire_tls_create(const char *certificate, const char *key, SSL_CTX **tls_out,
                                      const char **error_out);
void wire_tls_destroy(SSL_CTX **tls);

/* Puts a wire under TLS; the handshake is still to be done. */
NODISCARD enum status wire_start_tls(struct wire *wire, SSL_CTX *tls);

#endif

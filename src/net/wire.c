/* wire.c - reads and writes a socket, through OpenSSL where TLS is spoken. */
#include "net/wire.h"

#include "base/arena.h"
#include "base/must.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t result_of(ssize_t result)
{
    if (result >= 0) {
        return result;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? WIRE_LATER : WIRE_BROKEN;
}

static int bytes_of(size_t bytes)
{
    return bytes > INT_MAX ? INT_MAX : (int)bytes;
}

/* OpenSSL keeps a queue of errors per thread that would confuse the next call. */
static ssize_t tls_result(const struct wire *wire, int result)
{
    if (result > 0) {
        return result;
    }
    int error = SSL_get_error(wire->tls, result);
    ERR_clear_error();
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        return WIRE_LATER;
    }
    return error == SSL_ERROR_ZERO_RETURN ? WIRE_ENDED : WIRE_BROKEN;
}

ssize_t wire_read(struct wire *wire, void *bytes_out, size_t bytes_max)
{
    MUST(wire->descriptor >= 0);
    MUST(bytes_max > 0);
    if (wire->tls != NULL) {
        return tls_result(wire, SSL_read(wire->tls, bytes_out, bytes_of(bytes_max)));
    }
    return result_of(read(wire->descriptor, bytes_out, bytes_max));
}

ssize_t wire_write(struct wire *wire, struct text bytes)
{
    MUST(wire->descriptor >= 0);
    if (bytes.bytes == 0) {
        return 0;
    }
    if (wire->tls != NULL) {
        return tls_result(wire, SSL_write(wire->tls, bytes.data, bytes_of(bytes.bytes)));
    }
    return result_of(write(wire->descriptor, bytes.data, bytes.bytes));
}

ssize_t wire_write_two(struct wire *wire, struct text first, struct text second)
{
    MUST(wire->descriptor >= 0);
    if (wire->tls == NULL && first.bytes > 0) {
        struct iovec parts[2] = {
            {.iov_base = (void *)(uintptr_t)first.data, .iov_len = first.bytes},
            {.iov_base = (void *)(uintptr_t)second.data, .iov_len = second.bytes},
        };
        return result_of(writev(wire->descriptor, parts, 2));
    }
    ssize_t written = wire_write(wire, first);
    if (written < 0 || (size_t)written < first.bytes) {
        return written;
    }
    ssize_t more = wire_write(wire, second);
    if (more == WIRE_LATER) {
        return first.bytes > 0 ? written : more;
    }
    return more < 0 ? more : written + more;
}

enum status wire_shake_hands(struct wire *wire)
{
    MUST(wire->tls != NULL);
    int result = SSL_accept(wire->tls);
    if (result == 1) {
        return STATUS_OK;
    }
    return tls_result(wire, result) == WIRE_LATER ? STATUS_BUSY : STATUS_REFUSED;
}

bool wire_is_http2(const struct wire *wire)
{
    if (wire->tls == NULL) {
        return false;
    }
    const unsigned char *name = NULL;
    unsigned bytes = 0;
    SSL_get0_alpn_selected(wire->tls, &name, &bytes);
    return bytes == 2 && memcmp(name, "h2", 2) == 0;
}

void wire_finish_writing(struct wire *wire)
{
    if (wire->tls != NULL) {
        SSL_shutdown(wire->tls);
        ERR_clear_error();
    }
    shutdown(wire->descriptor, SHUT_WR);
}

void wire_close(struct wire *wire)
{
    if (wire->tls != NULL) {
        if (SSL_is_init_finished(wire->tls)) {
            SSL_shutdown(wire->tls); /* so that the peer can tell an end from a cut */
            ERR_clear_error();
        }
        SSL_free(wire->tls);
        wire->tls = NULL;
    }
    if (wire->descriptor >= 0) {
        close(wire->descriptor);
        wire->descriptor = -1;
    }
}

/* ---- the server's side of TLS ---- */

static int choose_protocol(SSL *tls, const unsigned char **chosen_out, unsigned char *bytes_out,
                           const unsigned char *offered, unsigned offered_bytes, void *context)
{
    (void)tls;
    (void)context;
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *chosen = NULL;
    int result =
        SSL_select_next_proto(&chosen, bytes_out, ours, sizeof ours - 1, offered, offered_bytes);
    *chosen_out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Without renegotiation (a way to burn the server's CPU) and without session tickets' state. */
static void set_options(SSL_CTX *tls)
{
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20"); /* of TLS 1.2 */
    SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
}

enum status wire_tls_create(const char *certificate, const char *key, SSL_CTX **tls_out,
                            const char **error_out)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (tls == NULL) {
        memory_refused();
    }
    set_options(tls);
    *error_out = NULL;
    if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1) {
        *error_out = "the certificate cannot be read";
    } else if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
        *error_out = "the key cannot be read";
    } else if (SSL_CTX_check_private_key(tls) != 1) {
        *error_out = "the key does not belong to the certificate";
    }
    ERR_clear_error();
    if (*error_out != NULL) {
        SSL_CTX_free(tls);
        return STATUS_MALFORMED;
    }
    *tls_out = tls;
    return STATUS_OK;
}

void wire_tls_destroy(SSL_CTX **tls)
{
    SSL_CTX_free(*tls);
    *tls = NULL;
}

enum status wire_start_tls(struct wire *wire, SSL_CTX *tls)
{
    MUST(wire->tls == NULL);
    wire->tls = SSL_new(tls);
    if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->descriptor) != 1) {
        ERR_clear_error();
        return STATUS_UNAVAILABLE;
    }
    SSL_set_accept_state(wire->tls);
    return STATUS_OK;
}

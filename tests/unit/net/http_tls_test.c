/* http_tls_test.c - the same server behind TLS: versions, the choice of protocol, cut records. */
#include "tests/unit/net/knock.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static char certificate[300];
static char key[300];

/* A key and a certificate for an hour. */
static void make_certificate(void)
{
    char command[1000];
    snprintf(certificate, sizeof certificate, "%s/certificate.pem", test_directory());
    snprintf(key, sizeof key, "%s/key.pem", test_directory());
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
             "-subj /CN=localhost -keyout %s -out %s 2>/dev/null",
             key, certificate);
    CHECK_INT(system(command), 0);
}

static void start_tls(void)
{
    make_certificate();
    const struct http_listen listen = {
        .address = "127.0.0.1:0", .certificate = certificate, .key = key};
    knock_start_with(&listen, http_limits_default);
}

static SSL_CTX *client_context;

/* NULL when the handshake fails. */
static SSL *shake_hands(const char *protocols, int version)
{
    if (client_context == NULL) {
        client_context = SSL_CTX_new(TLS_client_method());
    }
    SSL *tls = SSL_new(client_context);
    CHECK_INT(SSL_set_min_proto_version(tls, version), 1);
    CHECK_INT(SSL_set_max_proto_version(tls, version), 1);
    SSL_set_security_level(tls, 0);
    if (protocols != NULL) {
        const unsigned char *list = (const unsigned char *)protocols;
        CHECK_INT(SSL_set_alpn_protos(tls, list, (unsigned)strlen(protocols)), 0);
    }
    CHECK_INT(SSL_set_fd(tls, knock_connect()), 1);
    if (SSL_connect(tls) == 1) {
        return tls;
    }
    close(SSL_get_fd(tls));
    SSL_free(tls);
    ERR_clear_error();
    return NULL;
}

static void hang_up(SSL *tls)
{
    SSL_shutdown(tls);
    close(SSL_get_fd(tls));
    SSL_free(tls);
}

static void read_tls(SSL *tls, const char *until)
{
    knocked.bytes = 0;
    knocked.is_closed = false;
    do {
        int got = SSL_read(tls, knocked.data + knocked.bytes, (int)(KNOCK_ROOM - knocked.bytes));
        if (got <= 0) {
            knocked.is_closed = SSL_get_error(tls, got) == SSL_ERROR_ZERO_RETURN;
            return;
        }
        knocked.bytes += (size_t)got;
        knocked.data[knocked.bytes] = '\0';
    } while (until == NULL || strstr(knocked.data, until) == NULL);
}

static void answers_over_both_versions(void)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    start_tls();
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        SSL *tls = shake_hands(NULL, versions[i]);
        CHECK(tls != NULL);
        static const char requests[] = GET("/j") GET("/later") GET("/next");
        CHECK_INT(SSL_write(tls, requests, sizeof requests - 1), sizeof requests - 1);
        read_tls(tls, "next");
        CHECK_INT(knocked_answers(), 3);
        hang_up(tls);
    }
    CHECK(shake_hands(NULL, TLS1_1_VERSION) == NULL);
    CHECK(shake_hands(NULL, TLS1_VERSION) == NULL);
    knock_stop();
}

static void chooses_the_protocol(void)
{
    static const struct {
        const char *offered;
        const char *chosen; /* NULL: the handshake fails */
    } rows[] = {
        {"\x02h2\x08http/1.1", "h2"},
        {"\x08http/1.1\x02h2", "h2"},
        {"\x08http/1.1", "http/1.1"},
        {"\x06spdy/1", NULL},
    };
    start_tls();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SSL *tls = shake_hands(rows[i].offered, TLS1_3_VERSION);
        CHECK_INT(tls != NULL, rows[i].chosen != NULL);
        if (tls != NULL) {
            const unsigned char *name;
            unsigned bytes;
            SSL_get0_alpn_selected(tls, &name, &bytes);
            CHECK_TEXT(((struct text){(const char *)name, bytes}), rows[i].chosen);
            hang_up(tls);
        }
    }
    knock_stop();
}

/* Each byte in a record of its own, and large bodies both ways. */
static void takes_what_comes_in_pieces(void)
{
    static const char request[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"
                                  "hello world";
    start_tls();
    SSL *tls = shake_hands(NULL, TLS1_3_VERSION);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        CHECK_INT(SSL_write(tls, request + i, 1), 1);
    }
    read_tls(tls, "hello world");
    CHECK_INT(knocked_status(0), 200);
    static char body[300000];
    memset(body, 'b', sizeof body);
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Content-Length: 300000\r\n\r\n";
    CHECK_INT(SSL_write(tls, head, sizeof head - 1), sizeof head - 1);
    CHECK_INT(SSL_write(tls, body, sizeof body), sizeof body);
    read_tls(tls, NULL);
    CHECK(knocked.is_closed); /* with a farewell, so that it is no cut */
    CHECK(knocked.bytes > sizeof body);
    CHECK(memcmp(knocked.data + knocked.bytes - sizeof body, body, sizeof body) == 0);
    hang_up(tls);
    knock_stop();
}

static void a_slow_reader_gets_everything(void)
{
    start_tls();
    SSL *tls = shake_hands(NULL, TLS1_3_VERSION);
    static const char request[] = GET("/big?8000000") GET("/next");
    CHECK_INT(SSL_write(tls, request, sizeof request - 1), sizeof request - 1);
    usleep(200 * 1000);
    size_t bytes = 0;
    char piece[64 * 1024];
    bool is_last = false;
    while (!is_last) {
        int got = SSL_read(tls, piece, sizeof piece);
        CHECK(got > 0);
        bytes += (size_t)got;
        is_last = bytes > 8000000 && piece[got - 1] == 't';
    }
    hang_up(tls);
    knock_stop();
}

static void peers_vanish_in_the_handshake(void)
{
    enum { COUNT = 100 };
    start_tls();
    for (int i = 0; i < COUNT; i++) {
        int client = knock_connect();
        static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
        knock_send(client,
                   i % 2 ? (struct text){hello, (size_t)i % sizeof hello} : TEXT(GET("/j")));
        close(client);
    }
    CHECK_UNTIL(knock_counts().connections_open == 0);
    CHECK_INT(knock_counts().requests_total, 0);
    SSL *tls = shake_hands(NULL, TLS1_3_VERSION);
    CHECK(tls != NULL);
    hang_up(tls);
    knock_stop();
}

static void says_what_is_wrong_with_a_certificate(void)
{
    make_certificate();
    char nowhere[400];
    snprintf(nowhere, sizeof nowhere, "%s/nowhere.pem", test_directory());
    const struct {
        const char *certificate;
        const char *key;
        const char *said;
    } rows[] = {
        {nowhere, key, "the certificate cannot be read"},
        {certificate, nowhere, "the key cannot be read"},
        {certificate, NULL, "a certificate needs its key"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http_listen listen = {
            .address = "127.0.0.1:0", .certificate = rows[i].certificate, .key = rows[i].key};
        const struct http_server_options options = {
            .listens = &listen,
            .listen_count = 1,
            .threads = 1,
            .limits = http_limits_default,
            .handler = {.on_request = knock_on_request},
        };
        struct text error;
        CHECK_STATUS(http_server_create(&options, &knock.server, &error), STATUS_MALFORMED);
        CHECK(strstr(error.data, rows[i].said) != NULL);
    }
}

static const struct test tests[] = {
    {.name = "answers_over_both_versions", .run = answers_over_both_versions},
    {.name = "chooses_the_protocol", .run = chooses_the_protocol},
    {.name = "takes_what_comes_in_pieces", .run = takes_what_comes_in_pieces},
    {.name = "a_slow_reader_gets_everything", .run = a_slow_reader_gets_everything},
    {.name = "peers_vanish_in_the_handshake", .run = peers_vanish_in_the_handshake},
    {.name = "says_what_is_wrong_with_a_certificate", .run = says_what_is_wrong_with_a_certificate},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}

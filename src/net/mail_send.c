/* mail_send.c - one letter, one connection, one answer. */
#include "net/mail.h"

#include "base/must.h"
#include "net/client/http_curl.h"

#include <string.h>

enum {
    CODE_GO_ON = 354, /* "end with a dot": the letter is under way, and not taken yet */
    CODE_NOT_NOW = 400,
    CODE_NEVER = 500,
};

struct sending {
    struct text letter;
    size_t given;
    bool is_all_given; /* libcurl has asked for more than there was, and ends the letter */
    const atomic_bool *stops;
};

static size_t on_read(char *data, size_t size, size_t count, void *context)
{
    struct sending *sending = context;
    size_t left = sending->letter.bytes - sending->given;
    size_t bytes = left < size * count ? left : size * count;
    memcpy(data, sending->letter.data + sending->given, bytes);
    sending->given += bytes;
    sending->is_all_given = sending->given == sending->letter.bytes;
    return bytes;
}

static int on_progress(void *context, curl_off_t down, curl_off_t down_now, curl_off_t up,
                       curl_off_t up_now)
{
    const struct sending *sending = context;
    (void)down;
    (void)down_now;
    (void)up;
    (void)up_now;
    return sending->stops != NULL && atomic_load(sending->stops) ? 1 : 0;
}

static bool prepare_tls(CURL *easy, const struct curl_functions *curl, struct arena *arena,
                        const struct mail_server *server)
{
    long wish = server->tls == MAIL_TLS_REQUIRED       ? CURLUSESSL_ALL
                : server->tls == MAIL_TLS_WHEN_OFFERED ? CURLUSESSL_TRY
                                                       : CURLUSESSL_NONE;
    bool is_good = curl->easy_setopt(easy, CURLOPT_USE_SSL, wish) == CURLE_OK;
    if (text_is_given(server->authorities)) {
        const char *file = text_copy(arena, server->authorities).data;
        is_good = is_good && curl->easy_setopt(easy, CURLOPT_CAINFO, file) == CURLE_OK;
    }
    return is_good;
}

static bool prepare(CURL *easy, const struct curl_functions *curl, struct arena *arena,
                    const struct mail_server *server, struct sending *sending)
{
    const char *address = text_copy(arena, server->address).data;
    return curl->easy_setopt(easy, CURLOPT_URL, address) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)server->deadline_ms) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_READDATA, sending) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_XFERINFODATA, sending) == CURLE_OK &&
           prepare_tls(easy, curl, arena, server);
}

static enum status judge(struct arena *arena, CURLcode result, const struct sending *sending,
                         const char *said, struct mail_answer *answer)
{
    if (result == CURLE_OK) {
        return STATUS_OK;
    }
    answer->why =
        text_copy(arena, text_of(said[0] != '\0' ? said : "the mail server was not reached"));
    if (result == CURLE_LOGIN_DENIED) {
        answer->why = TEXT("the mail server does not accept the user and secret of mail.address");
        return STATUS_UNAVAILABLE;
    }
    if (answer->code == CODE_GO_ON) {
        return sending->is_all_given ? STATUS_UNCERTAIN : STATUS_UNAVAILABLE;
    }
    if (answer->code >= CODE_NEVER) {
        return STATUS_REFUSED;
    }
    return answer->code >= CODE_NOT_NOW ? STATUS_BUSY : STATUS_UNAVAILABLE;
}

static enum status perform(struct arena *arena, const struct curl_functions *curl, CURL *easy,
                           struct sending *sending, const struct mail *mail,
                           struct mail_answer *answer)
{
    char said[CURL_ERROR_SIZE] = "";
    struct text name;
    struct text from;
    bool is_good = mail_read_from(mail->from, &name, &from);
    MUST(is_good);
    const char *sender = text_format(arena, "<%.*s>", TEXT_ARGS(from)).data;
    const char *recipient = text_format(arena, "<%.*s>", TEXT_ARGS(mail->to)).data;
    struct curl_slist *recipients = curl->slist_append(NULL, recipient);
    enum status status = STATUS_UNAVAILABLE;
    if (recipients == NULL) {
        memory_refused();
    }
    if (curl->easy_setopt(easy, CURLOPT_MAIL_FROM, sender) == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, said) == CURLE_OK) {
        long code = 0;
        CURLcode result = curl->easy_perform(easy);
        (void)curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
        answer->code = (int)code;
        status = judge(arena, result, sending, said, answer);
    }
    curl->slist_free_all(recipients);
    return status;
}

enum status mail_send(struct arena *arena, const struct mail_server *server,
                      const struct mail *mail, struct mail_answer *answer_out)
{
    const struct curl_functions *curl = http__curl();
    struct sending sending = {.stops = server->stops};
    *answer_out = (struct mail_answer){.why = TEXT("libcurl cannot be used")};
    MUST(server->deadline_ms > 0);
    enum status status = mail_write(arena, mail, &sending.letter);
    if (status != STATUS_OK) {
        answer_out->why = TEXT("an address is none, or the letter is too large");
        return status;
    }
    CURL *easy = curl != NULL ? curl->easy_init() : NULL;
    if (easy == NULL) {
        return STATUS_UNAVAILABLE;
    }
    status = STATUS_UNAVAILABLE;
    answer_out->why = TEXT("mail.address is no smtp:// or smtps:// address");
    if (prepare(easy, curl, arena, server, &sending)) {
        status = perform(arena, curl, easy, &sending, mail, answer_out);
    }
    curl->easy_cleanup(easy);
    return status;
}

/* mail.c - a letter as it stands on the wire: headers, encoded words, two forms of one text. */
#include "net/mail.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/must.h"

#include <sodium.h>
#include <string.h>

enum {
    LINE_BYTES = 76,     /* of base64 */
    WORD_BYTES_MAX = 42, /* of text in one encoded word: 68 with its frame, 77 behind "Subject: " */
    PLAIN_HEADER_MAX = 60, /* beyond it a header is encoded, and so folded */
    DAY_MS = 86400000,
};

/* ---- addresses ---- */

static bool is_address_letter(char letter)
{
    return letter > 0x20 && letter < 0x7f && strchr("<>()[],;:\\\"", letter) == NULL;
}

bool mail_is_address(struct text text)
{
    struct text local;
    struct text domain;
    if (!text_cut(text, '@', &local, &domain) || text.bytes > MAIL_ADDRESS_BYTES_MAX) {
        return false;
    }
    bool is_good =
        local.bytes > 0 && domain.bytes > 0 && memchr(domain.data, '@', domain.bytes) == NULL;
    for (size_t i = 0; is_good && i < text.bytes; i++) {
        is_good = is_address_letter(text.data[i]);
    }
    return is_good && domain.data[0] != '.' && domain.data[domain.bytes - 1] != '.';
}

bool mail_read_from(struct text from, struct text *name_out, struct text *address_out)
{
    struct text name;
    struct text rest;
    from = text_trim(from);
    *name_out = NO_TEXT;
    *address_out = from;
    if (text_cut(from, '<', &name, &rest) && rest.bytes > 0 && rest.data[rest.bytes - 1] == '>') {
        name = text_trim(name);
        *name_out = name.bytes > 0 ? name : NO_TEXT;
        *address_out = text_slice(rest, 0, rest.bytes - 1);
    }
    return mail_is_address(*address_out);
}

/* ---- a text that grows ---- */

struct letter {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
};

static void put(struct letter *letter, struct text text)
{
    MUST(letter->bytes + text.bytes <= letter->room); /* mail_write has looked */
    if (text.bytes > 0) {
        memcpy(letter->data + letter->bytes, text.data, text.bytes);
    }
    letter->bytes += text.bytes;
}

/* Base64 (RFC 4648, with its padding), as the lines of a body or as one word. */
static void put_base64(struct letter *letter, struct text text)
{
    size_t room = sodium_base64_encoded_len(text.bytes, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = arena_take_raw(letter->arena, room);
    sodium_bin2base64(encoded, room, (const unsigned char *)text.data, text.bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    struct text all = {encoded, strlen(encoded)};
    for (size_t from = 0; from < all.bytes; from += LINE_BYTES) {
        if (from > 0) {
            put(letter, TEXT("\r\n"));
        }
        put(letter, text_slice(all, from, from + LINE_BYTES));
    }
}

/* ---- headers ---- */

static bool is_plain_header(struct text value)
{
    bool is_plain = value.bytes <= PLAIN_HEADER_MAX;
    for (size_t i = 0; is_plain && i < value.bytes; i++) {
        is_plain = value.data[i] >= 0x20 && value.data[i] < 0x7f && value.data[i] != '=';
    }
    return is_plain;
}

/* RFC 2047: words of at most 75 bytes, each of whole characters, folded. */
static void put_encoded_words(struct letter *letter, struct text value)
{
    size_t from = 0;
    while (from < value.bytes) {
        size_t to = from;
        while (to < value.bytes) {
            size_t bytes = text_utf8_sequence(value.data + to, value.bytes - to);
            bytes = bytes > 0 ? bytes : 1;
            if (to + bytes - from > WORD_BYTES_MAX) {
                break;
            }
            to += bytes;
        }
        put(letter, from > 0 ? TEXT("\r\n =?UTF-8?B?") : TEXT("=?UTF-8?B?"));
        put_base64(letter, text_slice(value, from, to));
        put(letter, TEXT("?="));
        from = to;
    }
}

/* Ends of lines and other controls are spaces. */
static struct text on_one_line(struct arena *arena, struct text value)
{
    struct text copy = text_copy(arena, value);
    char *data = arena_take_raw(arena, copy.bytes + 1);
    for (size_t i = 0; i < copy.bytes; i++) {
        unsigned char byte = (unsigned char)copy.data[i];
        data[i] = byte < 0x20 || byte == 0x7f ? ' ' : copy.data[i];
    }
    return text_trim((struct text){data, copy.bytes});
}

static void put_words(struct letter *letter, struct text value)
{
    value = on_one_line(letter->arena, value);
    if (is_plain_header(value)) {
        put(letter, value);
    } else {
        put_encoded_words(letter, value);
    }
}

/* A name beside an address is a phrase: what is more than letters and spaces goes encoded. */
static void put_name(struct letter *letter, struct text name)
{
    bool is_plain = is_plain_header(name);
    for (size_t i = 0; is_plain && i < name.bytes; i++) {
        is_plain = strchr("()<>[]:;@\\,.\"", name.data[i]) == NULL;
    }
    if (is_plain) {
        put(letter, name);
    } else {
        put_encoded_words(letter, on_one_line(letter->arena, name));
    }
}

static void put_date(struct letter *letter, int64_t wall_ms)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t days = wall_ms / DAY_MS;
    int seconds = (int)(wall_ms % DAY_MS / 1000);
    struct date date = date_of_days(days);
    put(letter, text_format(letter->arena, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
                            weekdays[date_weekday(days)], date.day, months[date.month - 1],
                            date.year, seconds / 3600, seconds / 60 % 60, seconds % 60));
}

static struct text domain_of(struct text address)
{
    struct text local;
    struct text domain = NO_TEXT;
    bool has_domain = text_cut(address, '@', &local, &domain);
    MUST(has_domain);
    return domain;
}

static void put_headers(struct letter *letter, const struct mail *mail, struct text name,
                        struct text address)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(mail->id, id);
    put(letter, TEXT("From: "));
    if (text_is_given(name)) {
        put_name(letter, name);
        put(letter, text_format(letter->arena, "\r\n <%.*s>\r\n", TEXT_ARGS(address)));
    } else {
        put(letter, text_format(letter->arena, "%.*s\r\n", TEXT_ARGS(address)));
    }
    put(letter, text_format(letter->arena, "To: %.*s\r\nSubject: ", TEXT_ARGS(mail->to)));
    put_words(letter, mail->subject);
    put(letter, TEXT("\r\n"));
    put_date(letter, mail->written_at);
    struct text domain = domain_of(address);
    put(letter, text_format(letter->arena,
                            "Message-ID: <%s@%.*s>\r\nAuto-Submitted: auto-generated\r\n"
                            "MIME-Version: 1.0\r\n",
                            id, TEXT_ARGS(domain)));
    if (text_is_given(mail->unsubscribe)) {
        put(letter, text_format(letter->arena, "List-Unsubscribe: <%.*s>\r\n",
                                TEXT_ARGS(mail->unsubscribe)));
    }
}

/* ---- the body ---- */

static void put_part(struct letter *letter, const char *kind, struct text content)
{
    put(letter, text_format(letter->arena,
                            "Content-Type: text/%s; charset=utf-8\r\n"
                            "Content-Transfer-Encoding: base64\r\n\r\n",
                            kind));
    put_base64(letter, content);
    put(letter, TEXT("\r\n"));
}

/* The boundary has a letter that base64 has not. */
static void put_body(struct letter *letter, const struct mail *mail)
{
    if (!text_is_given(mail->html)) {
        put_part(letter, "plain", mail->plain);
        return;
    }
    put(letter, TEXT("Content-Type: multipart/alternative;\r\n boundary=\"=_kontora\"\r\n\r\n"
                     "--=_kontora\r\n"));
    put_part(letter, "plain", mail->plain);
    put(letter, TEXT("--=_kontora\r\n"));
    put_part(letter, "html", mail->html);
    put(letter, TEXT("--=_kontora--\r\n"));
}

static bool is_link(struct text text)
{
    bool is_good = text_starts_with(text, TEXT("https://")) ||
                   text_starts_with(text, TEXT("http://")) ||
                   text_starts_with(text, TEXT("mailto:"));
    for (size_t i = 0; is_good && i < text.bytes; i++) {
        is_good = text.data[i] > 0x20 && text.data[i] < 0x7f && text.data[i] != '<' &&
                  text.data[i] != '>';
    }
    return is_good && text.bytes < LINE_BYTES * 10;
}

enum status mail_write(struct arena *arena, const struct mail *mail, struct text *letter_out)
{
    struct text name;
    struct text address;
    if (!mail_read_from(mail->from, &name, &address) || !mail_is_address(mail->to) ||
        (text_is_given(mail->unsubscribe) && !is_link(mail->unsubscribe))) {
        return STATUS_MALFORMED;
    }
    if (mail->plain.bytes > MAIL_BYTES_MAX || mail->html.bytes > MAIL_BYTES_MAX ||
        mail->subject.bytes > MAIL_SUBJECT_BYTES_MAX || name.bytes > MAIL_SUBJECT_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    struct letter letter = {.arena = arena};
    letter.room =
        2 * (mail->plain.bytes + mail->html.bytes) + 4 * (mail->subject.bytes + name.bytes) + 8192;
    letter.data = arena_take_raw(arena, letter.room);
    put_headers(&letter, mail, name, address);
    put_body(&letter, mail);
    *letter_out = (struct text){letter.data, letter.bytes};
    return STATUS_OK;
}

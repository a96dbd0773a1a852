/* web_address.c - reads it letter by letter. */
#include "runtime/start/web_address.h"

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.' ||
           letter == '-' || letter == ':' || letter == '[' || letter == ']';
}

enum status web_address_check(struct arena *arena, struct text address, struct text *error_out)
{
    static const struct text tls = {"https://", 8};
    static const struct text plain = {"http://", 7};
    bool is_tls = text_starts_with(address, tls);
    size_t start = is_tls ? tls.bytes : plain.bytes;
    bool is_fine = (is_tls || text_starts_with(address, plain)) && address.bytes > start;
    for (size_t i = start; is_fine && i < address.bytes; i++) {
        is_fine = is_letter(address.data[i]);
    }
    if (address.bytes == 0 || is_fine) {
        return STATUS_OK;
    }
    *error_out = text_format(arena,
                             "web.address: '%.*s' is not https://NAME or https://NAME:PORT, in "
                             "small letters and with nothing behind.",
                             TEXT_ARGS(address));
    return STATUS_MALFORMED;
}

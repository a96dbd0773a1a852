/* password.c - Argon2id by libsodium, and what makes a password easy to guess. */
#include "base/password.h"

#include "base/must.h"
#include "base/secret/password_words.h"
#include "base/secret/unicode_form.h"

#include <sodium.h>
#include <string.h>

/* RFC 9106, second choice: 145 ms of a core of 2020. */
enum { PASSES = 3, MEMORY_BYTES = 64 * 1024 * 1024, FEW_KINDS = 4 };

_Static_assert((int)PASSWORD_BYTES_MAX <= (int)UNICODE_FORM_INPUT_MAX, "its form fits");
_Static_assert(PASSWORD_HASH_BYTES_MAX >= crypto_pwhash_STRBYTES, "a hash fits");

enum status password_hash(struct arena *arena, struct text password, struct text *hash_out)
{
    char hash[crypto_pwhash_STRBYTES];
    char form[UNICODE_FORM_BYTES_MAX];
    MUST(password.data != NULL && password.bytes <= PASSWORD_BYTES_MAX);
    size_t bytes = unicode_form(password, form);
    int failed = crypto_pwhash_str_alg(hash, form, bytes, PASSES, MEMORY_BYTES,
                                       crypto_pwhash_ALG_ARGON2ID13);
    explicit_bzero(form, sizeof form);
    if (failed != 0) {
        return STATUS_UNAVAILABLE;
    }
    *hash_out = text_copy(arena, text_of(hash));
    return STATUS_OK;
}

bool password_fits(struct text hash, struct text password)
{
    char padded[crypto_pwhash_STRBYTES] = "";
    char form[UNICODE_FORM_BYTES_MAX];
    if (hash.data == NULL || hash.bytes >= sizeof padded || password.data == NULL ||
        password.bytes > PASSWORD_BYTES_MAX) {
        return false;
    }
    memcpy(padded, hash.data, hash.bytes);
    size_t bytes = unicode_form(password, form);
    bool fits = crypto_pwhash_str_verify(padded, form, bytes) == 0;
    explicit_bzero(form, sizeof form);
    return fits;
}

struct text password_decoy(void)
{
    return TEXT("$argon2id$v=19$m=65536,t=3,p=1$dr+o1md4LmpBpB8Lka2V1w$"
                "uH0/laP7wTIP4sbRX7aVp8GLX2WMxTyNNsNN3ivckbE");
}

bool password_is_stale(struct text hash)
{
    char padded[crypto_pwhash_STRBYTES] = "";
    if (hash.bytes >= sizeof padded) {
        return true;
    }
    memcpy(padded, hash.data, hash.bytes);
    return crypto_pwhash_str_needs_rehash(padded, PASSES, MEMORY_BYTES) != 0;
}

/* ---- what is easy to guess ---- */

static size_t count_letters(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

static char without_disguise(char letter)
{
    static const char written[] = "@4310$5!7";
    static const char meant[] = "aaeiossit";
    const char *found = letter != '\0' ? strchr(written, letter) : NULL;
    return found != NULL ? meant[found - written] : letter;
}

static bool is_ornament(char letter)
{
    return strchr("0123456789!?.,-_*#@$+= ", letter) != NULL;
}

/* In small letters, without what people put behind a word, and with the letters that 4 and @ and $
 * stand for. */
static struct text core_of(struct arena *arena, struct text password)
{
    struct text small = text_fold(arena, password);
    size_t begin = 0;
    size_t end = small.bytes;
    while (end > begin && is_ornament(small.data[end - 1])) {
        end--;
    }
    while (begin < end && is_ornament(small.data[begin])) {
        begin++;
    }
    char *core = arena_take(arena, end - begin + 1);
    for (size_t i = begin; i < end; i++) {
        core[i - begin] = without_disguise(small.data[i]);
    }
    return (struct text){core, end - begin};
}

/* aaaaaaaa, abababab, 11112222: there is next to nothing in it. */
static bool has_few_kinds(struct text text)
{
    bool seen[256] = {false};
    size_t kinds = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        kinds += !seen[(unsigned char)text.data[i]];
        seen[(unsigned char)text.data[i]] = true;
    }
    return kinds < FEW_KINDS;
}

/* 12345678, abcdefgh, 87654321: each is the neighbour of the one before. */
static bool is_a_run(struct text text)
{
    size_t up = 0;
    size_t down = 0;
    for (size_t i = 1; i < text.bytes; i++) {
        int step = text.data[i] - text.data[i - 1];
        up += step == 1 || step == -9;
        down += step == -1 || step == 9;
    }
    return text.bytes > 1 && (up == text.bytes - 1 || down == text.bytes - 1);
}

/* A word of the list, or the same one twice. */
static bool is_common(struct text core)
{
    struct text half = text_slice(core, 0, core.bytes / 2);
    bool is_twice = core.bytes % 2 == 0 && half.bytes > 0 &&
                    text_equals(half, text_slice(core, half.bytes, core.bytes));
    for (size_t i = 0; i < password_word_count; i++) {
        struct text word = text_of(password_words[i]);
        if (text_equals(core, word) || (is_twice && text_equals(half, word))) {
            return true;
        }
    }
    return false;
}

static bool is_own_word(struct arena *arena, struct text core, struct texts own_words)
{
    for (size_t i = 0; i < own_words.count; i++) {
        struct text word = own_words.items[i];
        struct text name;
        struct text rest;
        text_cut(word, '@', &name, &rest);
        if (word.data != NULL && core.bytes > 0 &&
            (text_equals(core, core_of(arena, word)) || text_equals(core, core_of(arena, name)))) {
            return true;
        }
    }
    return false;
}

const char *password_complaint(struct arena *arena, struct text password, struct texts own_words)
{
    size_t letters = count_letters(password);
    if (letters < PASSWORD_LETTERS_MIN) {
        return "A password has at least 8 characters; 15 or more are better.";
    }
    if (letters > PASSWORD_LETTERS_MAX || password.bytes > PASSWORD_BYTES_MAX) {
        return "A password has at most 128 characters.";
    }
    struct text small = text_fold(arena, password);
    struct text core = core_of(arena, password);
    if (has_few_kinds(small) || is_a_run(small) || is_common(small) || is_common(core) ||
        core.bytes == 0) {
        return "Many people have this password, so it is among the first that are tried. Take a "
               "few words that do not belong together.";
    }
    if (is_own_word(arena, core, own_words)) {
        return "Your own name or address is the first thing that is tried.";
    }
    return NULL;
}

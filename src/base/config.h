/* config.h - settings: flags over environment over file over defaults, each with its origin.
 *
 * What can be set is one table of rows (runtime/settings.c); nothing reads a setting that has no
 * row. "net.listen" is --net.listen=VALUE on the command line, KONTORA_NET_LISTEN in the
 * environment and `net.listen = VALUE` in the file. An unknown name or a bad value is an error that
 * names the place, the limits and the nearest known name.
 *
 * In the file a # at the start of a line or behind a space begins a comment; a value in "quotes"
 * is taken as it stands. Of the variables named KONTORA_... that are no settings KONTORA_CONFIG,
 * KONTORA_ROOT_KEY and KONTORA_TEST_... are left alone; any other is taken for a mistake.
 *
 *   SETTING_FLAG         yes, true, on, no, false, off; a flag --name alone means yes
 *   SETTING_DURATION_MS  250ms, 10s, 5m, 2h, 1d, 0
 *   SETTING_BYTES        4096, 64KiB, 8MiB, 1GiB
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_INTEGER,
    SETTING_FLAG,
    SETTING_CHOICE,
    SETTING_DURATION_MS,
    SETTING_BYTES
};

struct setting {
    const char *name; /* "store.kind" */
    enum setting_kind kind;
    const char *otherwise; /* the default, as it would be written */
    const char *meaning;   /* one line for --help and the manual page */
    int64_t minimum;       /* of numbers; both 0 means any */
    int64_t maximum;
    const char *const *choices;
    size_t choice_count;
    bool is_secret; /* shown as *** by `config show` and in messages */
};

struct config;

struct config_sources {
    const struct setting *settings;
    size_t setting_count;
    const char *file;         /* NULL: none; a named file that is absent is an error */
    const char *const *flags; /* "--name=value", or "--name" and then "value"; the last one wins */
    size_t flag_count;
    const char *const *environment; /* environ: ends with NULL; NULL when there is none */
};

/* OK, or MALFORMED (also for a file that cannot be read): error_out is then a whole sentence for
 * the person who wrote the setting, and config_out is untouched. The settings and the strings of
 * the sources must outlive the config. */
NODISCARD enum status config_load(struct arena *arena, const struct config_sources *sources,
                                  const struct config **config_out, struct text *error_out);

/* The name MUST have a row of that kind. */
struct text config_text(const struct config *config, const char *name); /* NO_TEXT when empty */
int64_t config_integer(const struct config *config, const char *name);  /* integers, ms, bytes */
bool config_flag(const struct config *config, const char *name);

/* "default", "file kontora.conf:12", "environment KONTORA_...", "flag". */
struct text config_origin(const struct config *config, const char *name);

/* One setting as `config show` shows it, in the order of the table. */
struct config_entry {
    const struct setting *setting;
    struct text value; /* as written; "***" for a secret that is set, empty for one that is not */
    struct text origin;
};

size_t config_count(const struct config *config);
struct config_entry config_at(const struct config *config, size_t index); /* from 0 */

/* What may be written: "a whole number from 1 to 65535", "one of sqlite, postgres". */
struct text config_expected(struct arena *arena, const struct setting *setting);

/* "KONTORA_NET_LISTEN" for "net.listen". */
struct text config_variable(struct arena *arena, const struct setting *setting);

#endif

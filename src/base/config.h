/* config.h - settings: flags over environment over file over defaults, each with its origin.
 *
 * What can be set is one table of rows (runtime/settings.c); nothing reads a setting that has no
 * row. "net.listen" is --net.listen=VALUE on the command line, KONTORA_NET_LISTEN in the
 * environment and `net.listen = VALUE` in the file (# begins a comment). An unknown name or a bad
 * value is an error that names the place, the limits and the nearest known name.
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
    const char *const *flags; /* "--name=value" or "--name" "value" pairs already split off */
    size_t flag_count;
    const char *const *environment; /* environ */
};

/* On MALFORMED error_out is a whole sentence for the person who wrote the setting. */
NODISCARD enum status config_load(struct arena *arena, const struct config_sources *sources,
                                  const struct config **config_out, struct text *error_out);

/* The name MUST have a row of that kind. */
struct text config_text(const struct config *config, const char *name); /* NO_TEXT when empty */
int64_t config_integer(const struct config *config, const char *name);  /* integers, ms, bytes */
bool config_flag(const struct config *config, const char *name);

/* Where the value came from: "default", "file kontora.conf:12", "environment KONTORA_...", "flag".
 */
struct text config_origin(const struct config *config, const char *name);

#endif

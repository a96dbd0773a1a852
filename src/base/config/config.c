/* config.c - gathers the settings from their sources, the stronger source last. */
#include "base/config.h"

#include "base/config/config_value.h"
#include "base/must.h"

#include <string.h>

struct config {
    const struct setting *settings;
    size_t count;
    struct config_value *values; /* one for each setting */
};

struct loader {
    struct arena *arena;
    const struct config_sources *sources;
    struct config *config;
    const char **names;     /* of all settings, for suggestions */
    const char **variables; /* the same as environment variables */
    size_t *lines;          /* of the file where a setting stood, 0 for none */
    struct text error;
};

/* Where a person wrote something. */
struct place {
    struct text name;   /* in messages: "kontora.conf:12", "KONTORA_NET_LISTEN", "--net.listen" */
    struct text origin; /* in `config show` */
};

/* Variables of ours that are no settings. */
static const char *const other_variables[] = {
    "KONTORA_CONFIG", "KONTORA_ROOT_KEY",
#ifdef FAULTS
    "KONTORA_FAULT",  "KONTORA_FAULT_LIST", "KONTORA_BUG", "KONTORA_BUS_TRACE",
#endif
};

#define VARIABLE_START      TEXT("KONTORA_")
#define TEST_VARIABLE_START TEXT("KONTORA_TEST_")

struct text config_variable(struct arena *arena, const struct setting *setting)
{
    struct text joined = text_join(arena, VARIABLE_START, text_of(setting->name));
    char *variable = arena_take(arena, joined.bytes + 1);
    for (size_t i = 0; i < joined.bytes; i++) {
        char letter = joined.data[i];
        bool is_small = letter >= 'a' && letter <= 'z';
        bool is_dot = letter == '.' || letter == '-';
        variable[i] = is_dot ? '_' : is_small ? (char)(letter - 'a' + 'A') : letter;
    }
    return (struct text){variable, joined.bytes};
}

/* ---- what is wrong, in words ---- */

static struct text did_you_mean(struct loader *loader, struct text word,
                                const char *const *candidates, size_t count)
{
    const char *nearest = text_nearest(word, candidates, count);
    return nearest == NULL ? TEXT("")
                           : text_format(loader->arena, "; did you mean \"%s\"?", nearest);
}

static bool fail_unknown(struct loader *loader, struct text place, struct text name,
                         const char *const *candidates)
{
    struct text hint = did_you_mean(loader, name, candidates, loader->config->count);
    loader->error = text_format(loader->arena, "%.*s: there is no setting \"%.*s\"%s",
                                TEXT_ARGS(place), TEXT_ARGS(name), hint.data);
    return false;
}

static bool fail_value(struct loader *loader, struct text place, const struct setting *setting,
                       struct text written)
{
    struct text expected = config_expected(loader->arena, setting);
    struct text hint = TEXT("");
    if (setting->kind == SETTING_CHOICE) {
        hint = did_you_mean(loader, written, setting->choices, setting->choice_count);
    }
    if (setting->is_secret || !text_is_utf8(written)) {
        written = TEXT("***");
    }
    loader->error =
        text_format(loader->arena, "%.*s: %s is \"%.*s\", but must be %.*s%s", TEXT_ARGS(place),
                    setting->name, TEXT_ARGS(written), TEXT_ARGS(expected), hint.data);
    return false;
}

/* ---- the sources ---- */

static bool find(const char *const *names, size_t count, struct text name, size_t *index_out)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(text_of(names[i]), name)) {
            *index_out = i;
            return true;
        }
    }
    return false;
}

static bool assign(struct loader *loader, struct place place, size_t index, struct text written)
{
    MUST(index < loader->config->count);
    const struct setting *setting = &loader->config->settings[index];
    struct config_value value = {.origin = place.origin};
    if (!config__read_value(setting, written, &value)) {
        return fail_value(loader, place.name, setting, written);
    }
    loader->config->values[index] = value;
    return true;
}

static void take_defaults(struct loader *loader)
{
    const struct place place = {TEXT("default"), TEXT("default")};
    for (size_t i = 0; i < loader->config->count; i++) {
        const char *otherwise = loader->config->settings[i].otherwise;
        bool is_good = assign(loader, place, i, otherwise ? text_of(otherwise) : TEXT(""));
        MUST(is_good); /* the table contradicts itself */
    }
}

static bool take_line(struct loader *loader, const struct config_line *line)
{
    struct arena *arena = loader->arena;
    struct text name = text_format(arena, "%s:%zu", loader->sources->file, line->number);
    struct place place = {name, text_join(arena, TEXT("file "), name)};
    size_t index;
    if (!find(loader->names, loader->config->count, line->name, &index)) {
        return fail_unknown(loader, place.name, line->name, loader->names);
    }
    if (loader->lines[index] != 0) {
        loader->error = text_format(arena, "%.*s: %.*s was set in line %zu already",
                                    TEXT_ARGS(name), TEXT_ARGS(line->name), loader->lines[index]);
        return false;
    }
    loader->lines[index] = line->number;
    return assign(loader, place, index, line->value);
}

static bool take_file(struct loader *loader)
{
    const char *path = loader->sources->file;
    const char *what = NULL;
    if (path == NULL) {
        return true;
    }
    struct text rest = config__read_file(loader->arena, path, &what);
    if (rest.data == NULL) {
        loader->error =
            text_format(loader->arena, "%s: the settings cannot be read: %s", path, what);
        return false;
    }
    struct config_line line = {.number = 0};
    while (config__next_line(&rest, &line, &what)) {
        if (what != NULL) {
            loader->error = text_format(loader->arena, "%s:%zu: %s", path, line.number, what);
            return false;
        }
        if (line.name.data != NULL && !take_line(loader, &line)) {
            return false;
        }
    }
    return true;
}

static bool is_other_variable(struct text name)
{
    size_t index;
    return text_starts_with(name, TEST_VARIABLE_START) ||
           find(other_variables, COUNT_OF(other_variables), name, &index);
}

static bool take_environment(struct loader *loader)
{
    const char *const *next = loader->sources->environment;
    for (; next != NULL && *next != NULL; next++) {
        struct text name;
        struct text written;
        size_t index;
        if (!text_starts_with(text_of(*next), VARIABLE_START) ||
            !text_cut(text_of(*next), '=', &name, &written) || is_other_variable(name)) {
            continue;
        }
        if (!find(loader->variables, loader->config->count, name, &index)) {
            return fail_unknown(loader, TEXT("environment"), name, loader->variables);
        }
        struct place place = {name, text_join(loader->arena, TEXT("environment "), name)};
        if (!assign(loader, place, index, written)) {
            return false;
        }
    }
    return true;
}

/* The flag at *next_inout, which moves behind it and behind its value. */
static bool take_flag(struct loader *loader, size_t *next_inout)
{
    const struct config_sources *sources = loader->sources;
    struct text flag = text_of(sources->flags[(*next_inout)++]);
    struct text name;
    struct text written;
    size_t index;
    if (!text_starts_with(flag, TEXT("--"))) {
        loader->error =
            text_format(loader->arena, "\"%.*s\" is no flag; they begin with --", TEXT_ARGS(flag));
        return false;
    }
    bool has_value = text_cut(flag, '=', &name, &written);
    struct place place = {name, TEXT("flag")};
    name = text_slice(name, 2, name.bytes);
    if (!find(loader->names, loader->config->count, name, &index)) {
        return fail_unknown(loader, TEXT("command line"), name, loader->names);
    }
    if (!has_value && loader->config->settings[index].kind == SETTING_FLAG) {
        return assign(loader, place, index, TEXT("yes"));
    }
    if (!has_value && *next_inout == sources->flag_count) {
        struct text expected = config_expected(loader->arena, &loader->config->settings[index]);
        loader->error = text_format(loader->arena, "%.*s: a value is missing, %.*s",
                                    TEXT_ARGS(place.name), TEXT_ARGS(expected));
        return false;
    }
    return assign(loader, place, index,
                  has_value ? written : text_of(sources->flags[(*next_inout)++]));
}

static bool take_flags(struct loader *loader)
{
    size_t next = 0;
    while (next < loader->sources->flag_count) {
        if (!take_flag(loader, &next)) {
            return false;
        }
    }
    return true;
}

/* ---- the door ---- */

enum status config_load(struct arena *arena, const struct config_sources *sources,
                        const struct config **config_out, struct text *error_out)
{
    size_t count = sources->setting_count;
    MUST(sources->settings != NULL && count > 0);
    struct config *config = ARENA_NEW(arena, struct config);
    config->settings = sources->settings;
    config->count = count;
    config->values = ARENA_ARRAY(arena, struct config_value, count);
    struct loader loader = {
        .arena = arena,
        .sources = sources,
        .config = config,
        .names = ARENA_ARRAY(arena, const char *, count),
        .variables = ARENA_ARRAY(arena, const char *, count),
        .lines = ARENA_ARRAY(arena, size_t, count),
    };
    for (size_t i = 0; i < count; i++) {
        loader.names[i] = sources->settings[i].name;
        loader.variables[i] = config_variable(arena, &sources->settings[i]).data;
    }
    take_defaults(&loader);
    if (!take_file(&loader) || !take_environment(&loader) || !take_flags(&loader)) {
        MUST(loader.error.data != NULL);
        *error_out = loader.error;
        return STATUS_MALFORMED;
    }
    *config_out = config;
    return STATUS_OK;
}

static size_t index_of(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->settings[i].name, name) == 0) {
            return i;
        }
    }
    must_failed(__FILE__, __LINE__, name);
}

struct text config_text(const struct config *config, const char *name)
{
    size_t index = index_of(config, name);
    enum setting_kind kind = config->settings[index].kind;
    MUST(kind == SETTING_TEXT || kind == SETTING_CHOICE);
    struct text text = config->values[index].text;
    return text.bytes == 0 ? NO_TEXT : text;
}

int64_t config_integer(const struct config *config, const char *name)
{
    size_t index = index_of(config, name);
    enum setting_kind kind = config->settings[index].kind;
    MUST(kind == SETTING_INTEGER || kind == SETTING_DURATION_MS || kind == SETTING_BYTES);
    return config->values[index].number;
}

bool config_flag(const struct config *config, const char *name)
{
    size_t index = index_of(config, name);
    MUST(config->settings[index].kind == SETTING_FLAG);
    return config->values[index].number != 0;
}

struct text config_origin(const struct config *config, const char *name)
{
    return config->values[index_of(config, name)].origin;
}

size_t config_count(const struct config *config)
{
    return config->count;
}

struct config_entry config_at(const struct config *config, size_t index)
{
    MUST(index < config->count);
    const struct setting *setting = &config->settings[index];
    const struct config_value *value = &config->values[index];
    bool is_hidden = setting->is_secret && value->text.bytes > 0;
    return (struct config_entry){
        .setting = setting,
        .value = is_hidden ? TEXT("***") : value->text,
        .origin = value->origin,
    };
}

/* yaml_tree.c - libyaml's events become a tree; what is no plain YAML is refused on the way. */
#include "engine/definition/yaml_tree.h"

#include "base/must.h"

#include <string.h>
#include <yaml.h>

/* A mapping or list that has begun and not ended. */
struct level {
    struct yaml_node *node;
    struct word key; /* of a mapping: waits for its value */
    bool is_refused; /* the value that comes is read and left out: its key was there already */
};

struct builder {
    struct complaints *complaints;
    struct arena *arena;
    struct yaml_node *root;
    struct level levels[YAML_DEPTH_MAX];
    size_t depth;
    size_t node_count;
    bool has_stopped; /* a complaint was made after which nothing makes sense */
};

bool yaml_is_nothing(const struct yaml_node *node)
{
    static const char *const nothings[] = {"", "~", "null"};
    for (size_t i = 0; i < COUNT_OF(nothings); i++) {
        if (node->kind == YAML_WORD && node->is_plain &&
            text_equals(node->text, text_of(nothings[i]))) {
            return true;
        }
    }
    return false;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_WORD:
        return yaml_is_nothing(node) ? "nothing" : "a word";
    case YAML_LIST:
        return node->count == 0 ? "an empty list" : "a list";
    case YAML_MAPPING:
        return "a mapping";
    }
    MUST(node->kind <= YAML_MAPPING);
    return NULL;
}

/* ---- what libyaml says, for people ---- */

static const struct {
    const char *problem; /* how libyaml begins to say it */
    const char *sentence;
} problems[] = {
    {"mapping values are not allowed",
     "a ':' that is not expected here: a text that has one must be in \"quotes\", and what stands "
     "below a word must be indented more"},
    {"did not find expected key", "the indentation fits nothing above, or a text needs \"quotes\""},
    {"did not find expected '-'", "the indentation of this list fits nothing above"},
    {"did not find expected ','", "a comma or the closing bracket is missing before this"},
    {"could not find expected ':'", "a ':' is missing: every line is NAME: VALUE"},
    {"block sequence entries are not allowed", "a list item '-' may not begin here"},
    {"block mapping entries are not allowed", "a NAME: may not begin here"},
    {"found a tab", "a tab; indent with spaces"},
    {"found unexpected end of stream", "the closing quote is missing"},
    {"found unexpected document indicator", "the closing quote is missing before this line"},
    {"found unknown escape", "unknown \\ in a \"text\"; write it in 'single quotes'"},
};

static void complain_of_syntax(struct builder *builder, const yaml_parser_t *parser)
{
    const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
    struct spot at = {(int)parser->problem_mark.line + 1, (int)parser->problem_mark.column + 1};
    builder->has_stopped = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        memory_refused();
    }
    for (size_t i = 0; i < COUNT_OF(problems); i++) {
        if (strncmp(problem, problems[i].problem, strlen(problems[i].problem)) == 0) {
            complain(builder->complaints, at, "%s", problems[i].sentence);
            return;
        }
    }
    if (strstr(problem, "cannot start any") != NULL) {
        complain(builder->complaints, at,
                 "a tab, @, ` or %% may not begin a word; indent with spaces, and put such a text "
                 "in \"quotes\"");
        return;
    }
    complain(builder->complaints, at, "this is no YAML: %s", problem);
}

/* ---- building ---- */

static void stop(struct builder *builder, struct spot at, const char *sentence)
{
    complain(builder->complaints, at, "%s", sentence);
    builder->has_stopped = true;
}

static bool was_written(struct builder *builder, const struct level *level, struct word key)
{
    for (const struct yaml_node *one = level->node->first; one != NULL; one = one->next) {
        if (text_equals(one->key.text, key.text)) {
            struct text quote = complaint_quote(builder->complaints, key.text);
            complain(builder->complaints, key.at, "\"%.*s\" is in line %d already",
                     TEXT_ARGS(quote), one->key.at.line);
            return true;
        }
    }
    return false;
}

static void attach(struct builder *builder, struct yaml_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    struct level *level = &builder->levels[builder->depth - 1];
    node->key = level->key;
    level->key = (struct word){0};
    if (level->is_refused) {
        level->is_refused = false;
        return;
    }
    if (level->node->count == YAML_MEMBERS_MAX) {
        stop(builder, node->at, "more than 1000 things in one list or mapping");
        return;
    }
    if (level->node->last != NULL) {
        level->node->last->next = node;
    } else {
        level->node->first = node;
    }
    level->node->last = node;
    level->node->count++;
}

static bool awaits_key(const struct builder *builder)
{
    if (builder->depth == 0) {
        return false;
    }
    const struct level *level = &builder->levels[builder->depth - 1];
    return level->node->kind == YAML_MAPPING && level->key.at.line == 0;
}

static struct yaml_node *make_node(struct builder *builder, enum yaml_kind kind, struct spot at)
{
    struct yaml_node *node = ARENA_NEW(builder->arena, struct yaml_node);
    node->kind = kind;
    node->at = at;
    if (++builder->node_count > YAML_NODES_MAX) {
        stop(builder, at, "more than 20000 things in one file");
    }
    return node;
}

static void take_word(struct builder *builder, const yaml_event_t *event, struct spot at)
{
    struct text written = {(const char *)event->data.scalar.value, event->data.scalar.length};
    struct text text = text_copy(builder->arena, written);
    if (awaits_key(builder)) {
        struct level *level = &builder->levels[builder->depth - 1];
        level->key = (struct word){text, at};
        level->is_refused = was_written(builder, level, level->key);
        return;
    }
    struct yaml_node *node = make_node(builder, YAML_WORD, at);
    node->text = text;
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    attach(builder, node);
}

static void begin(struct builder *builder, enum yaml_kind kind, struct spot at)
{
    if (awaits_key(builder)) {
        stop(builder, at, "a name must stand here; { } and [ ] are no names");
        return;
    }
    if (builder->depth == YAML_DEPTH_MAX) {
        stop(builder, at, "more than 16 levels deep");
        return;
    }
    struct yaml_node *node = make_node(builder, kind, at);
    attach(builder, node);
    builder->levels[builder->depth++] = (struct level){.node = node};
}

static void refuse_decoration(struct builder *builder, struct spot at, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
    if (anchor != NULL) {
        stop(builder, at, "&names are not used here; write it out");
    } else if (tag != NULL) {
        stop(builder, at, "!tags are not used here; put a text that begins with ! in \"quotes\"");
    }
}

static void take_event(struct builder *builder, const yaml_event_t *event)
{
    struct spot at = {(int)event->start_mark.line + 1, (int)event->start_mark.column + 1};
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        refuse_decoration(builder, at, event->data.scalar.anchor, event->data.scalar.tag);
        take_word(builder, event, at);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_decoration(builder, at, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
        begin(builder, YAML_LIST, at);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_decoration(builder, at, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
        begin(builder, YAML_MAPPING, at);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        MUST(builder->depth > 0);
        builder->depth--;
        break;
    case YAML_ALIAS_EVENT:
        stop(builder, at, "*names are not used here; write it out, or put the text in \"quotes\"");
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (builder->root != NULL) {
            stop(builder, at, "a second document begins here; one file is one workflow");
        }
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void build(struct builder *builder, struct text yaml)
{
    yaml_parser_t parser;
    bool has_ended = false;
    if (!yaml_parser_initialize(&parser)) {
        memory_refused();
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml.data, yaml.bytes);
    while (!has_ended && !builder->has_stopped) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            complain_of_syntax(builder, &parser);
            break;
        }
        take_event(builder, &event);
        has_ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

const struct yaml_node *yaml_tree_read(struct complaints *complaints, struct text yaml)
{
    struct spot beginning = {1, 1};
    struct builder builder = {.complaints = complaints, .arena = complaints->arena};
    if (yaml.bytes > YAML_BYTES_MAX) {
        complain(complaints, beginning, "the file is larger than 256 KiB");
        return NULL;
    }
    if (!text_is_utf8(yaml)) {
        complain(complaints, beginning, "the file is no text in UTF-8");
        return NULL;
    }
    build(&builder, yaml);
    if (builder.has_stopped) {
        return NULL;
    }
    if (builder.root == NULL) {
        complain(complaints, beginning, "the file is empty; it begins with workflow: NAME");
    }
    return builder.root;
}

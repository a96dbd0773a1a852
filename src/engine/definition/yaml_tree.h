/* yaml_tree.h - a YAML file as a tree of words, lists and mappings that know their line and column.
 *
 * The YAML of definitions is the plain part of the language: anchors, aliases, tags, a second
 * document and keys that are not words are refused, and so is a key that comes twice. Hostile input
 * costs no more than its bytes: there are limits to the bytes, the depth, the number of nodes and
 * the members of one mapping.
 *
 * The tree lives in the arena of the complaints, and nothing in it points into the input.
 */
#ifndef ENGINE_DEFINITION_YAML_TREE_H
#define ENGINE_DEFINITION_YAML_TREE_H

#include "engine/definition/complaints.h"

enum {
    YAML_BYTES_MAX = 256 * 1024,
    YAML_DEPTH_MAX = 16,
    YAML_NODES_MAX = 20000,
    YAML_MEMBERS_MAX = 1000, /* of one mapping or list */
};

enum yaml_kind { YAML_WORD, YAML_LIST, YAML_MAPPING };

/* Something that was written, and where. at.line == 0: it was not written. */
struct word {
    struct text text;
    struct spot at;
};

struct yaml_node {
    enum yaml_kind kind;
    struct text text; /* of a word; what was in quotes is as good as what was not */
    struct spot at;
    bool is_plain;   /* a word without quotes */
    struct word key; /* of a member of a mapping */
    struct yaml_node *first;
    struct yaml_node *last;
    struct yaml_node *next; /* the next item or member */
    size_t count;           /* of items or members */
};

/* Nothing was written: `key:` alone, ~ or null. */
bool yaml_is_nothing(const struct yaml_node *node);

/* "a word", "a list", "a mapping" */
const char *yaml_kind_name(const struct yaml_node *node);

/* NULL when the file cannot be read at all; the complaints say why. A tree may come with complaints
 * too: what was refused is then left out. */
const struct yaml_node *yaml_tree_read(struct complaints *complaints, struct text yaml);

#endif

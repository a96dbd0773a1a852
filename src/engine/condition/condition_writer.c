/* condition_writer.c - a tree as canonical text, with the fewest parentheses, and as SQL, with all
 * of them, so that nothing depends on what SQLite thinks binds stronger.
 */
#include "engine/condition/condition_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct paper {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
    size_t *used; /* fields, in the order of their parameters */
    size_t used_count;
};

static void put_bytes(struct paper *paper, const char *bytes, size_t count)
{
    if (count == 0) {
        return;
    }
    if (paper->bytes + count > paper->room) {
        size_t room = (paper->room + count) * 2;
        char *data = arena_take_raw(paper->arena, room);
        if (paper->bytes > 0) {
            memcpy(data, paper->data, paper->bytes);
        }
        paper->data = data;
        paper->room = room;
    }
    memcpy(paper->data + paper->bytes, bytes, count);
    paper->bytes += count;
}

static void put(struct paper *paper, const char *text)
{
    put_bytes(paper, text, strlen(text));
}

static void put_number(struct paper *paper, int64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    put(paper, digits);
}

static void put_quoted(struct paper *paper, struct text text)
{
    put(paper, "'");
    for (size_t i = 0; i < text.bytes; i++) {
        put_bytes(paper, text.data + i, 1);
        if (text.data[i] == '\'') {
            put(paper, "'");
        }
    }
    put(paper, "'");
}

/* ---- canonical text ---- */

static enum strength strength_of(const struct node *node)
{
    switch (node->shape) {
    case NODE_BINARY:
        return node->operation->strength;
    case NODE_NOT:
        return STRENGTH_NOT;
    case NODE_IN:
    case NODE_BETWEEN:
    case NODE_IS:
        return STRENGTH_COMPARISON;
    case NODE_MINUS:
        return STRENGTH_MINUS;
    case NODE_LITERAL:
        return node->written.data == NULL && node->literal.kind == VALUE_INTEGER &&
                       node->literal.integer < 0
                   ? STRENGTH_MINUS
                   : STRENGTH_WHOLE;
    case NODE_FIELD:
    case NODE_MEMBER:
    case NODE_CALL:
    case NODE_CASE:
        break;
    }
    return STRENGTH_WHOLE;
}

static void write_node(struct paper *paper, const struct node *node,
                       const struct condition_field *fields);

/* In parentheses, unless it binds at least so strongly. */
static void write_item(struct paper *paper, const struct node *node,
                       const struct condition_field *fields, enum strength at_least)
{
    bool is_weak = strength_of(node) < at_least;
    put(paper, is_weak ? "(" : "");
    write_node(paper, node, fields);
    put(paper, is_weak ? ")" : "");
}

static void write_list(struct paper *paper, const struct node *node, size_t first,
                       const struct condition_field *fields)
{
    put(paper, "(");
    for (size_t i = first; i < node->count; i++) {
        put(paper, i == first ? "" : ", ");
        write_node(paper, node->items[i], fields);
    }
    put(paper, ")");
}

static void write_literal(struct paper *paper, const struct node *node)
{
    if (node->literal.kind == VALUE_NULL) {
        put(paper, "null");
    } else if (node->written.data != NULL) {
        put_quoted(paper, node->written);
    } else if (node->kind == CONDITION_FLAG) {
        put(paper, node->literal.integer != 0 ? "true" : "false");
    } else {
        put_number(paper, node->literal.integer);
    }
}

static void write_binary(struct paper *paper, const struct node *node,
                         const struct condition_field *fields)
{
    enum strength strength = node->operation->strength;
    bool is_comparison = strength == STRENGTH_COMPARISON; /* those do not stand in a row */
    write_item(paper, node->items[0], fields, is_comparison ? strength + 1 : strength);
    put(paper, " ");
    put(paper, node->operation->sign);
    put(paper, " ");
    write_item(paper, node->items[1], fields, strength + 1);
}

static void write_comparison(struct paper *paper, const struct node *node,
                             const struct condition_field *fields)
{
    write_item(paper, node->items[0], fields, STRENGTH_COMPARISON + 1);
    if (node->shape == NODE_IS) {
        put(paper, node->is_negated ? " is not " : " is ");
        put(paper, node->literal.kind == VALUE_NULL ? "null"
                   : node->literal.integer != 0     ? "true"
                                                    : "false");
        return;
    }
    put(paper, node->is_negated ? " not" : "");
    if (node->shape == NODE_IN) {
        put(paper, " in ");
        write_list(paper, node, 1, fields);
        return;
    }
    put(paper, " between ");
    write_item(paper, node->items[1], fields, STRENGTH_COMPARISON + 1);
    put(paper, " and ");
    write_item(paper, node->items[2], fields, STRENGTH_COMPARISON + 1);
}

static void write_case(struct paper *paper, const struct node *node,
                       const struct condition_field *fields)
{
    put(paper, "case ");
    for (size_t i = 0; i + 1 < node->count; i++) {
        put(paper, i % 2 == 0 ? "when " : "then ");
        write_node(paper, node->items[i], fields);
        put(paper, " ");
    }
    put(paper, "else ");
    write_node(paper, node->items[node->count - 1], fields);
    put(paper, " end");
}

static void write_node(struct paper *paper, const struct node *node,
                       const struct condition_field *fields)
{
    switch (node->shape) {
    case NODE_LITERAL:
        write_literal(paper, node);
        return;
    case NODE_FIELD:
    case NODE_MEMBER:
        put_bytes(paper, fields[node->field].name.data, fields[node->field].name.bytes);
        put(paper, node->shape == NODE_MEMBER ? "." : "");
        put_bytes(paper, node->path.data != NULL ? node->path.data : "", node->path.bytes);
        return;
    case NODE_NOT:
        put(paper, "not ");
        write_item(paper, node->items[0], fields, STRENGTH_NOT);
        return;
    case NODE_MINUS:
        put(paper, "-");
        write_item(paper, node->items[0], fields, STRENGTH_WHOLE);
        return;
    case NODE_BINARY:
        write_binary(paper, node, fields);
        return;
    case NODE_IN:
    case NODE_BETWEEN:
    case NODE_IS:
        write_comparison(paper, node, fields);
        return;
    case NODE_CALL:
        put(paper, node->function->name);
        write_list(paper, node, 0, fields);
        return;
    case NODE_CASE:
        write_case(paper, node, fields);
        return;
    }
}

struct text condition__canonical(struct arena *arena, const struct node *root,
                                 const struct condition_field *fields)
{
    struct paper paper = {.arena = arena};
    write_node(&paper, root, fields);
    return (struct text){paper.data, paper.bytes};
}

/* ---- SQL ---- */

static void sql_field(struct paper *paper, size_t field)
{
    size_t i = 0;
    while (i < paper->used_count && paper->used[i] != field) {
        i++;
    }
    if (i == paper->used_count) {
        MUST(paper->used_count < CONDITION_PARTS_MAX);
        paper->used[paper->used_count++] = field;
    }
    put(paper, "?");
    put_number(paper, (int64_t)i + 1);
}

static void sql_node(struct paper *paper, const struct node *node);

static void sql_items(struct paper *paper, const struct node *node, size_t first)
{
    for (size_t i = first; i < node->count; i++) {
        put(paper, i == first ? "" : ",");
        sql_node(paper, node->items[i]);
    }
}

static void sql_literal(struct paper *paper, const struct node *node)
{
    switch (node->literal.kind) {
    case VALUE_NULL:
        put(paper, "NULL");
        return;
    case VALUE_INTEGER:
        put(paper, "(");
        put_number(paper, node->literal.integer);
        put(paper, ")");
        return;
    case VALUE_TEXT:
    case VALUE_BYTES:
        put_quoted(paper, node->literal.text);
        return;
    case VALUE_ID:
        put(paper, "X'");
        for (size_t i = 0; i < ID_BYTES; i++) {
            char digits[3];
            snprintf(digits, sizeof digits, "%02x", node->literal.id.bytes[i]);
            put(paper, digits);
        }
        put(paper, "'");
        return;
    }
}

static void sql_binary(struct paper *paper, const struct node *node)
{
    const struct operation *operation = node->operation;
    put(paper, operation->function != NULL ? operation->function : "");
    put(paper, "(");
    sql_node(paper, node->items[0]);
    put(paper, operation->function != NULL ? "," : " ");
    put(paper, operation->function != NULL ? "" : operation->sign);
    put(paper, operation->function != NULL ? "" : " ");
    sql_node(paper, node->items[1]);
    put(paper, ")");
}

/* SQLite makes a table of a list of more than two, each time; a function is faster by far. */
static void sql_in(struct paper *paper, const struct node *node)
{
    put(paper, node->is_negated ? "(NOT " : "(");
    put(paper, "is_one_of(");
    sql_items(paper, node, 0);
    put(paper, "))");
}

static void sql_comparison(struct paper *paper, const struct node *node)
{
    put(paper, "(");
    sql_node(paper, node->items[0]);
    if (node->shape == NODE_IS) {
        put(paper, node->is_negated ? " IS NOT " : " IS ");
        put(paper, node->literal.kind == VALUE_NULL ? "NULL"
                   : node->literal.integer != 0     ? "1"
                                                    : "0");
    } else {
        put(paper, node->is_negated ? " NOT BETWEEN " : " BETWEEN ");
        sql_node(paper, node->items[1]);
        put(paper, " AND ");
        sql_node(paper, node->items[2]);
    }
    put(paper, ")");
}

static void sql_call(struct paper *paper, const struct node *node)
{
    const struct condition_function *function = node->function;
    if (function->rule == FUNCTION_ROUND) {
        put(paper, "rounded(");
        sql_items(paper, node->items[0], 0);
        put(paper, ")");
        return;
    }
    put(paper, function->sql != NULL ? function->sql : function->name);
    put(paper, "(");
    sql_items(paper, node, 0);
    if (function->unit_ms != 0) {
        put(paper, ",");
        put_number(paper, node->items[0]->kind == CONDITION_DATE ? 1 : function->unit_ms);
    }
    put(paper, ")");
}

static void sql_case(struct paper *paper, const struct node *node)
{
    put(paper, "(CASE");
    for (size_t i = 0; i + 1 < node->count; i++) {
        put(paper, i % 2 == 0 ? " WHEN " : " THEN ");
        sql_node(paper, node->items[i]);
    }
    put(paper, " ELSE ");
    sql_node(paper, node->items[node->count - 1]);
    put(paper, " END)");
}

static void sql_node(struct paper *paper, const struct node *node)
{
    switch (node->shape) {
    case NODE_LITERAL:
        sql_literal(paper, node);
        return;
    case NODE_FIELD:
        sql_field(paper, node->field);
        return;
    case NODE_MEMBER:
        put(paper, "member(");
        sql_field(paper, node->field);
        put(paper, ",");
        put_quoted(paper, node->path);
        put(paper, ",");
        put_number(paper, node->kind);
        put(paper, ")");
        return;
    case NODE_NOT:
    case NODE_MINUS:
        put(paper, node->shape == NODE_NOT ? "(NOT " : "difference(0,");
        sql_node(paper, node->items[0]);
        put(paper, ")");
        return;
    case NODE_BINARY:
        sql_binary(paper, node);
        return;
    case NODE_IN:
        sql_in(paper, node);
        return;
    case NODE_BETWEEN:
    case NODE_IS:
        sql_comparison(paper, node);
        return;
    case NODE_CALL:
        sql_call(paper, node);
        return;
    case NODE_CASE:
        sql_case(paper, node);
        return;
    }
}

struct text condition__sql(struct arena *arena, const struct node *root,
                           struct condition_fields *used_out)
{
    struct paper paper = {.arena = arena};
    paper.used = ARENA_ARRAY(arena, size_t, CONDITION_PARTS_MAX);
    put(&paper, "SELECT ");
    sql_node(&paper, root);
    *used_out = (struct condition_fields){paper.used, paper.used_count};
    return (struct text){paper.data, paper.bytes};
}
